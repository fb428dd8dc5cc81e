import type { SimWrite } from '../../src/testing/sim/sim-line.js';
import type { SeenPositions } from './claims.js';
import type { Oracle } from './oracle.js';
import { roleOf, tagOf } from './order-names.js';
import { SYMBOL } from './plan.js';

/** What must have been read completely before a process may write. */
const BARRIER = ['open-orders', 'positions'] as const;

interface Pause {
  readonly told: number;
  readonly until: number;
  readonly decidedUntil: number;
}

/**
 * Watches what leaves the process and what it is answered: the boot barrier, and what an exchange asked for when it said
 * "not now".
 */
export class LineWatch {
  readonly #oracle: Oracle;
  /** Reads that were answered, and those that were answered with a failure, by connection. */
  readonly #answered = new Map<number, Set<string>>();
  readonly #failed = new Map<number, Set<string>>();
  /** When an order of this kind was told to wait, until when, and until when what was decided before may leave: monotonic ms. */
  readonly #pauses = new Map<string, Pause>();
  /** The last request of each id: until when it may be accepted, exchange ms, and whether it was refused for sure. */
  readonly #sent = new Map<string, { readonly expiresAt: number; isRefused: boolean }>();

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
    const { line } = oracle.world;
    const read = line.read.bind(line);
    line.read = (connection, kind, ask, reply) => {
      let positions: SeenPositions = { LONG: 0, SHORT: 0 };
      const asked = (): ReturnType<typeof ask> => {
        positions = {
          LONG: line.venue.held(SYMBOL, 'LONG'),
          SHORT: line.venue.held(SYMBOL, 'SHORT'),
        };
        return ask();
      };
      read(connection, kind, kind === 'positions' ? asked : ask, (answer) => {
        note(answer.kind === 'ok' ? this.#answered : this.#failed, connection, kind);
        if (answer.kind === 'ok' && kind === 'positions') oracle.claims.onPositions(positions);
        reply(answer);
      });
    };
    const write = line.write.bind(line);
    line.write = (connection, what, act, reply, shared) => {
      if (connection === line.connection) this.#judge(connection, what);
      const sent = { expiresAt: what.request?.expiresAt ?? 0, isRefused: false };
      if (connection === line.connection && what.request !== null) {
        this.#sent.set(what.clientOrderId, sent);
      }
      return write(
        connection,
        what,
        act,
        (answer) => {
          sent.isRefused = answer.kind === 'rejected' || answer.kind === 'not-sent';
          if (answer.kind === 'rejected' && answer.retryAfterMs) {
            const told = oracle.now;
            const { disk, plan } = oracle.world;
            this.#pauses.set(keyOf(connection, what), {
              told,
              until: told + answer.retryAfterMs,
              decidedUntil: told + disk.lagMs + plan.setup.recordMs,
            });
          }
          reply(answer);
        },
        shared,
      );
    };
  }

  /** Whether the last request of an id was not refused for sure, and its time is not over. */
  mayStillArrive(clientOrderId: string): boolean {
    const sent = this.#sent.get(clientOrderId);
    if (sent === undefined || sent.isRefused) return false;
    return this.#oracle.world.venue.now() <= sent.expiresAt;
  }

  #judge(connection: number, what: Pick<SimWrite, 'kind' | 'clientOrderId'>): void {
    const name = `${what.kind} of ${roleOf(what.clientOrderId)} ${what.clientOrderId}`;
    const answered = this.#answered.get(connection);
    const missing = BARRIER.find((kind) => !answered?.has(kind));
    if (missing !== undefined) {
      /** A read that failed is never "none". */
      const failed = this.#failed.get(connection)?.has(missing);
      this.#oracle.fail(failed ? 'I25' : 'I5', `${name} left before ${missing} were read`);
    }
    const { isStopping, plan } = this.#oracle.world;
    /** What waited for its record leaves beside the stop, and was decided before it. */
    const isDecidedNow = plan.setup.recordMs === 0 && !this.#oracle.hasStoreTrouble;
    if (isStopping && isDecidedNow && what.kind === 'cancel') {
      this.#oracle.fail('I22', `${name} left with an orderly stop`);
    }
    const key = keyOf(connection, what);
    const pause = this.#pauses.get(key);
    /** What was decided before it was told waits for its record and leaves after it. */
    const { now, hasStoreTrouble } = this.#oracle;
    if (pause === undefined || hasStoreTrouble) return;
    /** A process that stood still has not heard it yet. */
    if (pause.told <= this.#oracle.pausedUntil) return;
    if (now >= pause.until - 1 || now <= pause.decidedUntil) return;
    this.#oracle.fail('I15', `${name} left ${Math.round(pause.until - now)} ms too early`);
  }
}

/** Placements of one role of a tranche wait together, cancellations each for itself. */
function keyOf(
  connection: number,
  { kind, clientOrderId }: Pick<SimWrite, 'kind' | 'clientOrderId'>,
): string {
  const what =
    kind === 'cancel' ? clientOrderId : `${tagOf(clientOrderId)}|${roleOf(clientOrderId)}`;
  return `${connection}|${kind}|${what}`;
}

function note(reads: Map<number, Set<string>>, connection: number, kind: string): void {
  const kinds = reads.get(connection) ?? new Set();
  reads.set(connection, kinds.add(kind));
}
