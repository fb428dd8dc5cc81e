import { CLOCK_SPREAD_MS } from '../limits.js';
import type { Decimal } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import { LevelHeap } from './level-heap.js';

/** A level that waits for its price. */
export interface ArmedLevel {
  readonly trancheId: TrancheId;
  /** `take-profit-beyond` ends the grace of a resting take-profit early. */
  readonly rule: 'stop-loss' | 'take-profit' | 'take-profit-beyond';
  readonly slot: number;
  readonly price: Decimal;
  /** `up`: hit at `price >= level` · `down`: hit at `price <= level`. */
  readonly direction: 'up' | 'down';
}

/** Names an armed level; only good for the book that gave it. */
export type LevelHandle = number;

/**
 * One price stream of one symbol: its last price and every level that waits on it.
 *
 * A tick that hits nothing is answered from the nearest level above and below, whatever their number. Numbers only
 * preselect; a hit is decided on exact decimals. Both come from the same decimal text and rounding to the nearest
 * double is monotone, so the inclusive preselection never misses a hit.
 */
export class PriceBook {
  /** Nearest levels: plain fields, because they are read on every tick. */
  #nextUp = Number.POSITIVE_INFINITY;
  #nextDown = Number.NEGATIVE_INFINITY;
  /** Last accepted price; `NaN` before the first. */
  #last = Number.NaN;
  #lastExchangeTime = 0;
  #lastReceivedAt = Number.NEGATIVE_INFINITY;
  #lastHeardAt = Number.NEGATIVE_INFINITY;
  /** The last price was not told by the feed but follows from a fill. */
  #inferred = false;
  readonly #jumpUp: number;
  readonly #jumpDown: number;
  readonly #up = new LevelHeap();
  /** Keys are negated: the highest level is the nearest below. */
  readonly #down = new LevelHeap();
  readonly #levels: (ArmedLevel | null)[] = [];
  readonly #freeIds: number[] = [];

  /** @param maxJumpPct a tick further from the last one than this is not accepted as it stands, percent */
  constructor(maxJumpPct: number) {
    this.#jumpUp = 1 + maxJumpPct / 100;
    this.#jumpDown = 1 - maxJumpPct / 100;
  }

  get last(): number {
    return this.#last;
  }

  /** Monotonic ms of the last accepted price. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  /**
   * Monotonic ms at which the feed was last heard: what a guard is as good as. A fill counts as hearing it once, for the
   * subscription that begins with it, and never again: fills would hide a feed that is silent.
   */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** Whether the last price follows from a fill; such a price is no witness for another one. */
  get isInferred(): boolean {
    return this.#inferred;
  }

  get lastExchangeTime(): number {
    return this.#lastExchangeTime;
  }

  get armedCount(): number {
    return this.#up.size + this.#down.size;
  }

  /**
   * Accepts a price that hits nothing and is plausible; `false` sends it the long way.
   *
   * Not a number, a jump, a price older than the last one and the very first price all answer `false`.
   */
  acceptQuiet(price: number, exchangeTime: number, receivedAt: number): boolean {
    if (
      price < this.#nextUp &&
      price > this.#nextDown &&
      price <= this.#last * this.#jumpUp &&
      price >= this.#last * this.#jumpDown &&
      exchangeTime >= this.#lastExchangeTime
    ) {
      this.#last = price;
      this.#lastExchangeTime = exchangeTime;
      this.#lastReceivedAt = receivedAt;
      this.#lastHeardAt = receivedAt;
      this.#inferred = false;
      return true;
    }
    return false;
  }

  /** Whether the price lies inside the band around the last one. Never before the first price. */
  insideBand(price: number): boolean {
    return price <= this.#last * this.#jumpUp && price >= this.#last * this.#jumpDown;
  }

  /** Forgets how late it was: the next price is compared with this time. */
  restartTimeAt(exchangeTime: number): void {
    this.#lastExchangeTime = exchangeTime;
  }

  /** Takes a price as the last one. */
  accept(price: number, exchangeTime: number, receivedAt: number): void {
    this.#last = price;
    this.#lastExchangeTime = Math.max(exchangeTime, this.#lastExchangeTime);
    this.#lastReceivedAt = receivedAt;
    this.#lastHeardAt = receivedAt;
    this.#inferred = false;
  }

  /** Takes the price of a fill as the last one, until the feed tells a price of its own. */
  acceptInferred(price: number, receivedAt: number, exchangeTime: number): void {
    this.#last = price;
    /** Ticks from well before the fill are no news, e.g. the last trade that a feed repeats when it is subscribed. */
    this.#lastExchangeTime = Math.max(this.#lastExchangeTime, exchangeTime - CLOCK_SPREAD_MS);
    this.#lastReceivedAt = receivedAt;
    if (this.#lastHeardAt === Number.NEGATIVE_INFINITY) this.#lastHeardAt = receivedAt;
    this.#inferred = true;
  }

  /** What was taken for the last price is not believed any more: the next one needs a witness, as the very first does. */
  forget(): void {
    this.#last = Number.NaN;
    this.#inferred = false;
  }

  /** The feed is not listened to any more: the next subscription begins anew. */
  stopHearing(): void {
    this.#lastHeardAt = Number.NEGATIVE_INFINITY;
  }

  arm(level: ArmedLevel): LevelHandle {
    const handle = this.#freeIds.pop() ?? this.#levels.length;
    this.#levels[handle] = level;
    if (level.direction === 'up') this.#up.add(handle, Number(level.price));
    else this.#down.add(handle, -Number(level.price));
    this.#refreshNearest();
    return handle;
  }

  disarm(handle: LevelHandle): void {
    const level = this.#levels[handle];
    if (!level) return;
    (level.direction === 'up' ? this.#up : this.#down).remove(handle);
    this.#levels[handle] = null;
    this.#freeIds.push(handle);
    this.#refreshNearest();
  }

  /** Whether the handle still waits. */
  isArmed(handle: LevelHandle): boolean {
    return this.#levels[handle] !== null && this.#levels[handle] !== undefined;
  }

  /** Removes and returns every level that the price is at or past, stops first, then nearest first. */
  takeHits(price: Decimal): ArmedLevel[] {
    const number = Number(price);
    const hits = [
      ...this.#takePassed(this.#down, -number, (level) => price.lte(level.price)),
      ...this.#takePassed(this.#up, number, (level) => price.gte(level.price)),
    ];
    this.#refreshNearest();
    return hits.sort((a, b) => urgency(a) - urgency(b));
  }

  #takePassed(heap: LevelHeap, key: number, passed: (level: ArmedLevel) => boolean): ArmedLevel[] {
    const hits: ArmedLevel[] = [];
    /** Equal as doubles but not as decimals: put back, or the loop would see them again. */
    const spared: LevelHandle[] = [];
    while (heap.size > 0 && heap.minKey <= key) {
      const handle = heap.minId;
      const level = this.#levels[handle] as ArmedLevel;
      heap.remove(handle);
      if (passed(level)) {
        hits.push(level);
        this.#levels[handle] = null;
        this.#freeIds.push(handle);
      } else spared.push(handle);
    }
    for (const handle of spared) {
      const level = this.#levels[handle] as ArmedLevel;
      heap.add(handle, level.direction === 'up' ? Number(level.price) : -Number(level.price));
    }
    return hits;
  }

  #refreshNearest(): void {
    this.#nextUp = this.#up.minKey;
    this.#nextDown = -this.#down.minKey;
  }
}

function urgency(level: ArmedLevel): number {
  return level.rule === 'stop-loss' ? 0 : 1;
}
