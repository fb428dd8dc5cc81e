import type { CommitTicket } from '../../ports/store.js';

/** A {@link CommitTicket} with its handles. Each side settles once; later calls change nothing. */
export interface OpenTicket {
  readonly ticket: CommitTicket;
  recorded(): void;
  durable(): void;
  /** Rejects whatever has not settled yet. */
  fail(error: Error): void;
}

/** Makes a ticket. Whoever looks at one of the two promises only never meets an unhandled rejection of the other. */
export function openTicket(): OpenTicket {
  let resolveRecorded = ignore;
  let resolveDurable = ignore;
  let rejectRecorded: (error: Error) => void = ignore;
  let rejectDurable: (error: Error) => void = ignore;
  const recorded = new Promise<void>((resolve, reject) => {
    resolveRecorded = resolve;
    rejectRecorded = reject;
  });
  const durable = new Promise<void>((resolve, reject) => {
    resolveDurable = resolve;
    rejectDurable = reject;
  });
  recorded.catch(ignore);
  durable.catch(ignore);
  return {
    ticket: { recorded, durable },
    recorded: () => resolveRecorded(),
    durable: () => resolveDurable(),
    fail: (error) => {
      rejectRecorded(error);
      rejectDurable(error);
    },
  };
}

/** A ticket of a commit that was refused at once. */
export function refusedTicket(error: Error): CommitTicket {
  const { ticket, fail } = openTicket();
  fail(error);
  return ticket;
}

function ignore(): void {}
