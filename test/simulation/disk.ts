import { mergeBatches } from '../../src/journal/merge-batches.js';
import type { Clock } from '../../src/ports/clock.js';
import type { StoreBatch, StoreSnapshot } from '../../src/ports/store.js';

/** How one write to the disk goes. */
export interface CommitFate {
  readonly do: 'fail' | 'slow';
  readonly ms: number;
}

export interface Commit {
  /** Rows, made when they are needed: most runs never read them back. */
  readonly batch: () => StoreBatch;
  readonly recorded: (ok: boolean) => void;
  readonly durable: (ok: boolean) => void;
}

/**
 * A disk that outlives its processes: an ordered journal of batches.
 *
 * The death of a process keeps what was recorded; power loss keeps what was durable; a backup is an old prefix.
 */
export class SimDisk {
  readonly batches: StoreBatch[] = [];
  readonly incarnation = '0sim';
  down = false;
  commitFate: () => CommitFate | null = () => null;
  onRecorded: (batch: StoreBatch) => void = () => {};
  /** Called when a batch is handed over: what was decided, recorded or not. */
  onDecided: (batch: StoreBatch) => void = () => {};
  readonly #clock: Clock;
  readonly #recordMs: number;
  readonly #durableMs: number;
  readonly #underWay = new Set<() => void>();
  #durable = 0;
  #life = 0;
  /** Writes are done one after the other. */
  #freeAt = 0;

  constructor(clock: Clock, { recordMs, durableMs }: { recordMs: number; durableMs: number }) {
    this.#clock = clock;
    this.#recordMs = recordMs;
    this.#durableMs = durableMs;
  }

  /** Monotonic ms. */
  now(): number {
    return this.#clock.monotonic();
  }

  /** How long a write that begins now has to wait, ms. */
  get lagMs(): number {
    return Math.max(0, this.#freeAt - this.#clock.monotonic());
  }

  /** The process before is dead: what it had not recorded is lost. */
  nextLife(): number {
    this.#life += 1;
    this.#underWay.clear();
    this.#freeAt = 0;
    return this.#life;
  }

  /** Number of the process that writes; 0 before the first. */
  get life(): number {
    return this.#life;
  }

  losePower(): void {
    this.#cut(this.#durable);
  }

  /** Puts an old backup in the place of the store. */
  restore(share: number): void {
    this.#cut(Math.floor(this.batches.length * share));
  }

  #cut(count: number): void {
    /** What was on its way comes after what is lost: it cannot be there without it. */
    this.#underWay.clear();
    this.batches.length = Math.min(this.batches.length, count);
    this.#durable = this.batches.length;
  }

  commit(life: number, { batch, recorded, durable }: Commit): void {
    /** A dead process writes nothing any more. */
    if (life !== this.#life) return;
    const fate = this.commitFate();
    const rows = batch();
    this.onDecided(rows);
    if (this.down || fate?.do === 'fail') {
      this.#at(this.#clock.monotonic() + this.#recordMs, life, () => {
        recorded(false);
        durable(false);
      });
      return;
    }
    const now = this.#clock.monotonic();
    const at = Math.max(now, this.#freeAt) + this.#recordMs + (fate?.do === 'slow' ? fate.ms : 0);
    this.#freeAt = at;
    this.#at(at, life, () => {
      this.batches.push(rows);
      const count = this.batches.length;
      this.onRecorded(rows);
      recorded(true);
      this.#at(at + this.#durableMs, life, () => {
        this.#durable = Math.max(this.#durable, Math.min(count, this.batches.length));
        durable(true);
      });
    });
  }

  /** What a store gives back on open: live rows, and closed tranches that may still be spoken of. */
  load(): StoreSnapshot {
    const merged = mergeBatches(this.batches);
    return {
      tranches: merged.tranches,
      orders: merged.orders,
      ledgers: merged.ledgers,
      registrations: merged.registrations,
      marks: merged.marks,
      lastSeq: merged.events.reduce((highest, event) => Math.max(highest, event.seq), 0),
    };
  }

  /** Writes everything that is under way, as an orderly stop does. */
  flush(): void {
    for (const act of [...this.#underWay]) act();
  }

  #at(mono: number, life: number, act: () => void): void {
    const wait = mono - this.#clock.monotonic();
    const once = (): void => {
      if (!this.#underWay.delete(once)) return;
      if (life === this.#life) act();
    };
    const isNext = this.#underWay.size === 0;
    this.#underWay.add(once);
    if (wait <= 0 && isNext) once();
    else this.#clock.setTimer(once, Math.max(0, wait));
  }
}
