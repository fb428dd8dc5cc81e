import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Command, VenueOptions } from './words.js';

type Wanted<Kind> = Kind extends unknown ? Omit<Kind, 'id'> : never;

export interface ExchangeAddress {
  readonly restUrl: string;
  readonly streamUrl: string;
}

/** Two accounts at loopback exchanges in another process. */
export class ExchangeProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async start(options: VenueOptions = {}): Promise<{
    readonly process: ExchangeProcess;
    readonly addresses: readonly ExchangeAddress[];
  }> {
    // The bundle of the bench has it beside itself.
    const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const script = fileURLToPath(new URL(`exchange-process${ending}`, import.meta.url));
    const child = fork(script, [JSON.stringify(options)]);
    const addresses: ExchangeAddress[] = [];
    await new Promise<void>((resolve, reject) => {
      child.on('exit', () => reject(new Error('the exchange process ended')));
      child.on('message', ({ restUrl, streamUrl }: Answer) => {
        if (restUrl !== undefined && streamUrl !== undefined)
          addresses.push({ restUrl, streamUrl });
        if (addresses.length === 2) resolve();
      });
    });
    return { process: new ExchangeProcess(child), addresses };
  }

  tell(command: Wanted<Command>): Promise<Answer> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...command, id });
    });
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.disconnect();
  }
}
