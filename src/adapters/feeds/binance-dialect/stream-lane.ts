import { FEED_HELD_EVENTS_MAX, FEED_HOLD_MS, FEED_OLDER_EVENTS_MAX } from '../../../limits.js';
import type { PriceSource } from '../../../model/price.js';
import type { MarketEvent } from './decode-frame.js';
import { type EventKind, priceSourceOf } from './stream-names.js';

/** Where events go that are to be told. */
export type TellEvent = (lane: StreamLane, event: MarketEvent) => void;

/**
 * Events of one kind of one symbol, in order and once, over all connections that bring them.
 *
 * While a connection is being replaced, both bring the same events, one of them ahead of the other. The new one is held
 * back until the old one has come to the point where the new one began: from there on both are complete, and whoever
 * is first is told. So nothing that a live connection brings is left out, and nothing comes in the wrong order.
 */
export class StreamLane {
  readonly symbol: string;
  readonly kind: EventKind;
  /** What its price is: the mark price, the last trade, or the best bid. */
  readonly source: PriceSource;
  /** Whether somebody is told the price, and whether somebody is told the ask. */
  isPriceWanted = false;
  isAskWanted = false;
  /** Since when events may be expected, monotonic ms. */
  since: number;
  /** Age of the newest event: when it was received, less its delay; monotonic ms. */
  heardAt = Number.NEGATIVE_INFINITY;
  /** When a request showed that nothing was missed, monotonic ms. */
  confirmedAt = Number.NEGATIVE_INFINITY;
  /** Whether the stream cannot be relied on. */
  isStale = false;
  /** Price and ask that the stream told last, to see by request whether it missed something. */
  price = Number.NaN;
  ask = Number.NaN;
  /** Whether events come late: then old ones say nothing about the exchange's clock. */
  isLate = false;
  /** Whether a request told another price than the stream, and whether it did so again. */
  isSuspect = false;
  isProvenDead = false;
  /** When its stream may be subscribed anew, monotonic ms, and the pause after that. */
  reviveAt = 0;
  revivePauseMs = 0;
  /** Time of the newest event that was told, ms since 1970 UTC. */
  lastTime = 0;
  #lastId = Number.NEGATIVE_INFINITY;
  /** Events before this time are older than what was told by other means. */
  #floorTime = 0;
  #older = 0;
  #held: MarketEvent[] = [];
  #heldSince = 0;
  #isCaughtUp = false;

  constructor(symbol: string, kind: EventKind, now: number) {
    this.symbol = symbol;
    this.kind = kind;
    this.source = priceSourceOf(kind);
    this.since = now;
  }

  /**
   * Takes one event and hands over what is to be told now, in order.
   *
   * @param event may be written over afterwards
   * @param isReplacement whether it came by a connection that is about to replace the one in force
   * @returns false when events were left out
   */
  take(event: MarketEvent, isReplacement: boolean, now: number, tell: TellEvent): boolean {
    if (!isReplacement) {
      this.#pass(event, tell);
      const first = this.#held[0];
      if (first !== undefined && first.id <= this.#lastId) {
        this.#isCaughtUp = true;
        this.release(tell);
      }
      return true;
    }
    const kept = { ...event };
    if (this.#isCaughtUp || Number.isNaN(kept.id) || kept.id <= this.#lastId) {
      this.#isCaughtUp = true;
      this.release(tell);
      this.#pass(kept, tell);
      return true;
    }
    if (this.#held.length === 0) this.#heldSince = now;
    this.#held.push(kept);
    if (this.#held.length < FEED_HELD_EVENTS_MAX) return true;
    this.release(tell);
    return false;
  }

  /** Whether events wait that the old connection should have brought by now. */
  isHoldOver(now: number): boolean {
    return this.#held.length > 0 && now - this.#heldSince >= FEED_HOLD_MS;
  }

  /** Tells what is held. */
  release(tell: TellEvent): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#pass(event, tell);
  }

  /** The overlap is over: the connection that was new is the only one. */
  endOverlap(tell: TellEvent): void {
    this.release(tell);
    this.#isCaughtUp = false;
  }

  /** What the new connection brought does not count: it is gone again, and the old one brings the same. */
  dropReplacement(): void {
    this.#held = [];
    this.#isCaughtUp = false;
  }

  /** A connection after an outage: whatever was told is older than what it brings, and the exchange may count anew. */
  restart(now: number): void {
    this.dropReplacement();
    this.since = now;
    this.#lastId = Number.NEGATIVE_INFINITY;
    this.#floorTime = this.lastTime;
    this.#older = 0;
    this.isSuspect = false;
    this.isProvenDead = false;
    this.price = Number.NaN;
    this.ask = Number.NaN;
  }

  /** A price of this time was told that came by request. */
  toldByRequest(time: number): void {
    this.lastTime = Math.max(this.lastTime, time);
    this.#floorTime = this.lastTime;
  }

  #isNewer(event: MarketEvent): boolean {
    const { id, time, price } = event;
    if (Number.isNaN(id)) return time >= this.lastTime;
    if (id !== this.#lastId) return id > this.#lastId;
    // The id of a mark price is its time: two of one moment are two, unless a second connection repeats the first.
    const isAlone = !this.#isCaughtUp && this.#held.length === 0;
    return this.kind === 'mark' && isAlone && price !== this.price;
  }

  #pass(event: MarketEvent, tell: TellEvent): void {
    const isNewer = this.#isNewer(event);
    if (!isNewer || (event.time !== 0 && event.time < this.#floorTime)) {
      if (!this.isLate) this.#older += 1;
      if (this.#older < FEED_OLDER_EVENTS_MAX) return;
      // Ids or clock of the exchange went back: better to follow it than to be blind.
      this.#floorTime = 0;
    }
    this.#older = 0;
    if (!Number.isNaN(event.id)) this.#lastId = event.id;
    if (event.time !== 0) this.lastTime = event.time;
    this.price = event.price;
    this.ask = event.ask;
    tell(this, event);
  }
}
