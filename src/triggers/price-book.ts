import { CLOCK_SPREAD_MS } from '../limits.js';
import type { Decimal } from '../model/decimal.js';
import type { TrancheId } from '../model/ids.js';
import type { ArmedTrail } from './armed-trail.js';
import { LevelHeap } from './level-heap.js';
import type { TrailMember } from './trail-group.js';
import { type TrailHit, TrailStack } from './trail-stack.js';

/** A level that waits for its price. */
export interface ArmedLevel {
  readonly trancheId: TrancheId;
  /**
   * `take-profit-beyond` ends the grace of a resting take-profit early; at `stop-floor` nothing is confirmed any more;
   * a `trailing-stop` is armed by `armTrail`. At the others a rule wants to be asked.
   */
  readonly rule:
    | 'stop-loss'
    | 'stop-floor'
    | 'trailing-stop'
    | 'take-profit'
    | 'take-profit-beyond'
    | 'trail-activation'
    | 'trail-step'
    | 'breakeven'
    | 'stop-awaited'
    | 'time-limit';
  readonly slot: number;
  readonly price: Decimal;
  /** `up`: hit at `price >= level` · `down`: hit at `price <= level`. */
  readonly direction: 'up' | 'down';
  /** Best price of a trail that was hit: it goes on from there if the hit comes to nothing. */
  readonly peak?: Decimal;
}

/** Names an armed level; only good for the book that gave it. */
export type LevelHandle = number;

/** Names an armed trail; only good for the book that gave it. */
export type TrailHandle = TrailMember;

/**
 * One price stream of one symbol: its last price and every level and trail that waits on it.
 *
 * A tick that hits nothing is answered from the nearest level above and below, whatever their number. Numbers only
 * preselect; a hit is decided on exact decimals. Both come from the same decimal text and rounding to the nearest
 * double is monotone, so the inclusive preselection never misses a hit.
 */
export class PriceBook {
  /** Nearest levels, those of trails included: plain fields, because they are read on every tick. */
  #nextUp = Number.POSITIVE_INFINITY;
  #nextDown = Number.NEGATIVE_INFINITY;
  /** A price above this is a new best one for a LONG trail, one below the other for a SHORT trail. */
  #raiseAbove = Number.POSITIVE_INFINITY;
  #raiseBelow = Number.NEGATIVE_INFINITY;
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
  readonly #longTrails = new TrailStack('LONG');
  readonly #shortTrails = new TrailStack('SHORT');

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
    return this.#up.size + this.#down.size + this.#longTrails.size + this.#shortTrails.size;
  }

  /**
   * Accepts a price that hits nothing and is plausible; `false` sends it the long way, and nothing has changed.
   *
   * Not a number, a jump, a price older than the last one (by a time that is told) and the very first price all answer `false`. A price that is
   * the best one for some trails raises them first: it may be so near to their new level that it hits them.
   */
  acceptQuiet(price: number, exchangeTime: number, receivedAt: number): boolean {
    if (
      price < this.#nextUp &&
      price > this.#nextDown &&
      price <= this.#last * this.#jumpUp &&
      price >= this.#last * this.#jumpDown &&
      (exchangeTime >= this.#lastExchangeTime || exchangeTime === 0)
    ) {
      if ((price > this.#raiseAbove || price < this.#raiseBelow) && !this.#raiseUnhit(price))
        return false;
      this.#last = price;
      /** A price without a time is as new as its arrival, and says nothing of how late the next one is. */
      if (exchangeTime !== 0) this.#lastExchangeTime = exchangeTime;
      this.#lastReceivedAt = receivedAt;
      this.#lastHeardAt = receivedAt;
      this.#inferred = false;
      return true;
    }
    /** Trails that left may have been what looked so near. */
    return this.#settleTrails() && this.acceptQuiet(price, exchangeTime, receivedAt);
  }

  /** Whether the price lies inside the band around the last one. Never before the first price. */
  insideBand(price: number): boolean {
    return price <= this.#last * this.#jumpUp && price >= this.#last * this.#jumpDown;
  }

  /** Forgets how late it was: the next price is compared with this time. */
  restartTimeAt(exchangeTime: number): void {
    this.#lastExchangeTime = exchangeTime;
  }

  /** Takes a price as the last one, and as the best one of the trails that it is the best for. Hits nothing yet. */
  accept(price: number, exchangeTime: number, receivedAt: number): void {
    if (price > this.#raiseAbove || price < this.#raiseBelow) this.#raise(price);
    this.#last = price;
    this.#lastExchangeTime = Math.max(exchangeTime, this.#lastExchangeTime);
    this.#lastReceivedAt = receivedAt;
    this.#lastHeardAt = receivedAt;
    this.#inferred = false;
  }

  /** Takes the price of a fill as the last one, until the feed tells a price of its own. Raises no trail. */
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

  /**
   * Follows the price with a trail.
   *
   * @param peak best price so far: what was accepted before this call is no news
   */
  armTrail(trail: ArmedTrail, peak: Decimal): TrailHandle {
    const handle = this.#trailsOf(trail).add(trail, peak);
    this.#refreshNearest();
    return handle;
  }

  disarmTrail(handle: TrailHandle): void {
    this.#trailsOf(handle.trail).remove(handle);
    this.#refreshNearest();
  }

  /** Whether the trail still follows the price. */
  isTrailArmed(handle: TrailHandle): boolean {
    return handle.group !== null;
  }

  /**
   * Best of the price that the trail was armed with and of every price accepted since, exact. Of a trail that was hit or
   * disarmed: the best one until then.
   */
  peakOf(handle: TrailHandle): Decimal {
    return this.#trailsOf(handle.trail).peakOf(handle);
  }

  /**
   * Removes and returns every level and trail that the price is at or past: stops first, the tightest before the others,
   * then the rest, nearest first. The price need not be an accepted one: no trail is raised.
   */
  takeHits(price: Decimal): ArmedLevel[] {
    const number = Number(price);
    const hits = [
      ...this.#takePassed(this.#down, -number, (level) => price.lte(level.price)),
      ...this.#takePassed(this.#up, number, (level) => price.gte(level.price)),
      ...[...this.#longTrails.take(price), ...this.#shortTrails.take(price)].map(levelOf),
    ];
    this.#refreshNearest();
    return hits.sort(byUrgency);
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

  #trailsOf({ side }: ArmedTrail): TrailStack {
    return side === 'LONG' ? this.#longTrails : this.#shortTrails;
  }

  /** Raises the trails that the price is the best for; changes nothing when one of them might be hit at once. */
  #raiseUnhit(price: number): boolean {
    if (price > this.#raiseAbove && !this.#longTrails.canRaiseTo(price)) return false;
    if (price < this.#raiseBelow && !this.#shortTrails.canRaiseTo(price)) return false;
    this.#raise(price);
    return true;
  }

  #raise(price: number): void {
    if (price > this.#raiseAbove) this.#longTrails.raiseTo(price);
    if (price < this.#raiseBelow) this.#shortTrails.raiseTo(price);
    this.#refreshNearest();
  }

  /** Whether the nearest levels may be further away than they were thought to be. */
  #settleTrails(): boolean {
    if (this.#longTrails.isSettled && this.#shortTrails.isSettled) return false;
    this.#longTrails.settle();
    this.#shortTrails.settle();
    this.#refreshNearest();
    return true;
  }

  #refreshNearest(): void {
    this.#nextUp = Math.min(this.#up.minKey, this.#shortTrails.nearest);
    this.#nextDown = Math.max(-this.#down.minKey, this.#longTrails.nearest);
    this.#raiseAbove = this.#longTrails.worstPeak;
    this.#raiseBelow = this.#shortTrails.worstPeak;
  }
}

function levelOf({ trail, level, peak }: TrailHit): ArmedLevel {
  return {
    trancheId: trail.trancheId,
    rule: 'trailing-stop',
    slot: 0,
    price: level,
    direction: trail.side === 'LONG' ? 'down' : 'up',
    peak,
  };
}

/** Where stops lie at one price, the first of these is the reason. */
const STOPS: readonly ArmedLevel['rule'][] = ['stop-loss', 'stop-floor', 'trailing-stop'];

/** Orders of zero keep what was found first: nearest first. */
function byUrgency(a: ArmedLevel, b: ArmedLevel): number {
  const [rankA, rankB] = [STOPS.indexOf(a.rule), STOPS.indexOf(b.rule)];
  if (rankA < 0 || rankB < 0) return Number(rankA < 0) - Number(rankB < 0);
  if (a.direction !== b.direction) return a.direction === 'down' ? -1 : 1;
  const tightness = a.direction === 'down' ? b.price.cmp(a.price) : a.price.cmp(b.price);
  return tightness === 0 ? rankA - rankB : tightness;
}
