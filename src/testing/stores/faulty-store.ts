import { type OpenTicket, openTicket, refusedTicket } from '../../adapters/stores/commit-ticket.js';
import { copyPlain } from '../../adapters/stores/memory/copy-plain.js';
import type { CodeOf } from '../../errors/codes.js';
import { StoreError } from '../../errors/store-error.js';
import { SystemClock } from '../../platform/system-clock.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type {
  CommitTicket,
  HistoryQuery,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreSnapshot,
  StoreStamp,
} from '../../ports/store.js';
import { type RuleTimes, ScriptRules } from '../script-rules.js';

/** What a {@link FaultyStore} is made of, beside the store inside. */
export interface FaultyStoreOptions {
  /** Measures slow writes: the clock of the monitor. Default: the system's. */
  readonly clock?: Clock;
}

/** How long writes take from now on, ms. Times that are left out are 0. */
export interface StorePace {
  /** From `commit` until the batch survives the death of the process. */
  readonly recordedMs?: number;
  /** From there until it survives power loss. `Infinity`: until `sync()`, or `close()`. */
  readonly durableMs?: number;
}

/** How often commits fail, and at which of the two marks. */
export interface CommitFault extends RuleTimes {
  /**
   * `recorded` (default): nothing of the batch is written. `durable`: it is recorded, and its flush to the disk fails;
   * it is on the disk all the same, as after an error that came too late.
   */
  readonly at?: 'recorded' | 'durable';
}

/** A call of a store that can be made to fail, beside `commit`. */
export type StoreCall = 'open' | 'load' | 'history' | 'close';

/** A batch on its way to the disk. */
interface Write {
  readonly batch: StoreBatch;
  readonly ticket: OpenTicket;
  readonly fault: { readonly at: 'recorded' | 'durable'; readonly reason: string } | null;
  /** Monotonic ms at which the next station is reached: recorded, then durable. */
  due: number;
  readonly durableMs: number;
}

/**
 * Any store, with faults: for tests of what a program does when its disk is slow, full, or gone.
 *
 * Without faults it passes everything on and keeps the contract of the store inside. Batches that were recorded and are
 * not durable yet are held back from it, so that a power loss can take them.
 *
 * @example
 * const store = new FaultyStore(new MemoryStore(), { clock });
 * store.failNextCommits({ times: 3 });
 * store.slow({ durableMs: 5_000 });
 * const nextLife = await store.losePower(); // what was not durable is gone
 */
export class FaultyStore implements Store {
  readonly #inner: Store;
  readonly #clock: Clock;
  readonly #commitFaults = new ScriptRules<StoreBatch, 'recorded' | 'durable'>();
  readonly #callFaults = new ScriptRules<StoreCall, CodeOf<'StoreError'>>();
  #failing: { readonly when: (batch: StoreBatch) => boolean; readonly reason: string } | null =
    null;
  #pace: Required<StorePace> = NO_DELAY;
  /** Neither recorded nor durable. */
  #waiting: Write[] = [];
  /** Recorded, and held back from the store inside. */
  #held: Write[] = [];
  /** Handed to the store inside, and not durable there yet. */
  #writing = 0;
  /** Calls of the store inside that have not come back. */
  #working = 0;
  #timer: TimerHandle = null;
  #isOpen = false;
  /** Its process died: nothing settles any more. */
  #isDead = false;

  constructor(inner: Store, options: FaultyStoreOptions = {}) {
    this.#inner = inner;
    this.#clock = options.clock ?? new SystemClock();
  }

  get durability(): Store['durability'] {
    return this.#inner.durability;
  }

  /** The next commits fail with `STORE_WRITE_FAILED`, each with all of its batch. */
  failNextCommits({ at = 'recorded', ...times }: CommitFault = {}): void {
    this.#commitFaults.add({ name: `failNextCommits at ${at}`, fault: at, ...times });
  }

  /**
   * Commits fail with `STORE_WRITE_FAILED` as long as the function says so; it is asked once per commit.
   *
   * @example
   * store.failWhile((batch) => batch.orders.length > 0, 'orders cannot be written');
   */
  failWhile(when: (batch: StoreBatch) => boolean, reason = 'the write failed'): void {
    this.#failing = { when, reason };
  }

  /** Every commit fails, as on a disk that is full, until `freeDisk`. */
  fillDisk(): void {
    this.failWhile(() => true, 'the disk is full');
  }

  /** Ends `fillDisk` and `failWhile`. */
  freeDisk(): void {
    this.#failing = null;
  }

  /** The next calls of a member reject with an error of this code. Default `STORE_READ_FAILED`. */
  failNext(
    call: StoreCall,
    code: CodeOf<'StoreError'> = 'STORE_READ_FAILED',
    times: RuleTimes = {},
  ): void {
    const fits = (asked: StoreCall): boolean => asked === call;
    this.#callFaults.add({ name: `failNext ${call} ${code}`, fits, fault: code, ...times });
  }

  /**
   * Writes that are committed from now on take this long. `slow({})` ends it.
   *
   * @throws RangeError when a time is negative, or `recordedMs` has no end
   */
  slow({ recordedMs = 0, durableMs = 0 }: StorePace): void {
    if (!(recordedMs >= 0 && recordedMs < Number.POSITIVE_INFINITY && durableMs >= 0)) {
      throw new RangeError(`not a pace of a store: ${recordedMs} ms, then ${durableMs} ms`);
    }
    this.#pace = { recordedMs, durableMs };
  }

  /** Faults that have not been met yet, in words: a test that ends with some left did not test them. */
  get pending(): readonly string[] {
    return [...this.#commitFaults.pending, ...this.#callFaults.pending];
  }

  /**
   * Whether the store inside is at work. On a disk that takes real time, which a `ManualClock` does not know of:
   * `runUntil(clock, promise, { isBusy: () => store.busy })` holds virtual time meanwhile.
   */
  get busy(): boolean {
    return this.#working > 0;
  }

  /** Brings what is recorded to the disk. Resolves when it is durable. */
  async sync(): Promise<void> {
    await Promise.all(this.#held.splice(0).map((write) => this.#write(write)));
  }

  /**
   * The process dies: what was not recorded is lost, and nothing that this object was asked for ever settles.
   *
   * @returns the store of the next process, on the same data
   */
  async crash(): Promise<FaultyStore> {
    const recorded = this.#held;
    this.#die();
    for (const { batch } of recorded) this.#inner.commit(batch);
    return this.#nextLife();
  }

  /**
   * The power goes: what was not durable is lost as well.
   *
   * @returns the store of the next process, on what the disk has
   */
  async losePower(): Promise<FaultyStore> {
    this.#die();
    return this.#nextLife();
  }

  async open(identity: StoreIdentity): Promise<StoreStamp> {
    await this.#mayFail('open');
    const stamp = await this.#work(this.#inner.open(identity));
    this.#isOpen = true;
    return stamp;
  }

  /** Brings everything to the disk first: the monitor calls it once, before its first commit. */
  async load(): Promise<StoreSnapshot> {
    await this.#mayFail('load');
    await this.#flush();
    return this.#work(this.#inner.load());
  }

  commit(batch: StoreBatch): CommitTicket {
    if (this.#isDead) return openTicket().ticket;
    const fault = this.#isOpen ? this.#faultOf(batch) : null;
    const { recordedMs, durableMs } = this.#pace;
    const before = this.#waiting.length + this.#held.length + this.#writing;
    const isOnTime = recordedMs + durableMs + before === 0;
    // A closed store says so itself.
    if (!this.#isOpen || (fault === null && isOnTime)) {
      const passedOn = this.#inner.commit(batch);
      this.#work(passedOn.durable).catch(() => {});
      return passedOn;
    }
    let copy: StoreBatch;
    try {
      copy = copyPlain(batch);
    } catch (cause) {
      const message = 'The batch holds something that is not plain data';
      return refusedTicket(new StoreError('STORE_WRITE_FAILED', message, { cause }));
    }
    const ticket = openTicket();
    const due = this.#clock.monotonic() + recordedMs;
    this.#waiting.push({ batch: copy, ticket, fault, due, durableMs });
    this.#run();
    return ticket.ticket;
  }

  async *history(query: HistoryQuery): AsyncIterable<StoredEvent> {
    await this.#mayFail('history');
    // Taken before the disk is read: what is written meanwhile is in neither of the two places otherwise.
    const held = this.#isOpen ? this.#eventsHeldBack(query) : [];
    let given = 0;
    let last = query.afterSeq ?? 0;
    for await (const event of this.#inner.history(query)) {
      given += 1;
      last = event.seq;
      yield event;
    }
    for (const event of held) {
      if (given >= (query.limit ?? Number.POSITIVE_INFINITY)) return;
      if (event.seq <= last) continue;
      given += 1;
      yield event;
    }
  }

  async close(): Promise<void> {
    await this.#mayFail('close');
    await this.#flush();
    this.#isOpen = false;
    this.#stopTimer();
    await this.#work(this.#inner.close());
  }

  #faultOf(batch: StoreBatch): Write['fault'] {
    const at = this.#commitFaults.take(batch);
    if (at !== null) return { at, reason: 'the write failed' };
    if (this.#failing?.when(batch)) return { at: 'recorded', reason: this.#failing.reason };
    return null;
  }

  async #mayFail(call: StoreCall): Promise<void> {
    if (this.#isDead) return new Promise<void>(() => {});
    const code = this.#callFaults.take(call);
    if (code !== null) throw new StoreError(code, `Scripted: ${call}() failed`);
  }

  /** Moves every write as far as it is due, and comes back when the next one is. */
  #run(): void {
    if (this.#isDead) return;
    this.#stopTimer();
    const now = this.#clock.monotonic();
    // The oldest first: a write that is quicker than the one before waits for it.
    while (this.#waiting[0] !== undefined && this.#waiting[0].due <= now) {
      this.#record(this.#waiting.shift() as Write);
    }
    while (this.#held[0] !== undefined && this.#held[0].due <= now) {
      void this.#write(this.#held.shift() as Write);
    }
    const due = Math.min(
      this.#waiting[0]?.due ?? Number.POSITIVE_INFINITY,
      this.#held[0]?.due ?? Number.POSITIVE_INFINITY,
    );
    if (due < Number.POSITIVE_INFINITY) {
      this.#timer = this.#clock.setTimer(() => this.#run(), due - now);
    }
  }

  #record(write: Write): void {
    const { ticket, fault } = write;
    if (fault?.at === 'recorded') {
      ticket.fail(failure(fault.reason));
      return;
    }
    ticket.recorded();
    write.due = this.#clock.monotonic() + write.durableMs;
    this.#held.push(write);
  }

  async #write({ batch, ticket, fault }: Write): Promise<void> {
    this.#writing += 1;
    try {
      await this.#work(this.#inner.commit(batch).durable);
      if (fault === null) ticket.durable();
      else ticket.fail(failure(fault.reason));
    } catch (error) {
      ticket.fail(error as Error);
    } finally {
      this.#writing -= 1;
    }
  }

  /** Everything that was committed, to the disk. */
  async #flush(): Promise<void> {
    for (const write of this.#waiting.splice(0)) this.#record(write);
    await this.sync();
  }

  /** A store reads what it was given, wherever that is by now. */
  #eventsHeldBack({ afterSeq = 0, name, symbol, trancheId }: HistoryQuery): StoredEvent[] {
    const bySeq = new Map<number, StoredEvent>();
    for (const { batch, fault } of [...this.#held, ...this.#waiting]) {
      if (fault?.at === 'recorded') continue;
      for (const event of batch.events) bySeq.set(event.seq, event);
    }
    return [...bySeq.values()]
      .filter(
        (event) =>
          event.seq > afterSeq &&
          (name ?? event.name) === event.name &&
          (symbol ?? event.symbol) === event.symbol &&
          (trancheId ?? event.trancheId) === event.trancheId,
      )
      .sort((a, b) => a.seq - b.seq)
      .map((event) => copyPlain(event));
  }

  #die(): void {
    this.#isDead = true;
    this.#isOpen = false;
    this.#waiting = [];
    this.#held = [];
    this.#stopTimer();
  }

  async #nextLife(): Promise<FaultyStore> {
    await this.#inner.close();
    return new FaultyStore(this.#inner, { clock: this.#clock });
  }

  async #work<Result>(call: Promise<Result>): Promise<Result> {
    this.#working += 1;
    try {
      return await call;
    } finally {
      this.#working -= 1;
    }
  }

  #stopTimer(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}

const NO_DELAY: Required<StorePace> = { recordedMs: 0, durableMs: 0 };

function failure(reason: string): StoreError {
  return new StoreError('STORE_WRITE_FAILED', `Scripted: ${reason}`, { retryable: true });
}
