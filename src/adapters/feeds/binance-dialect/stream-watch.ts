import {
  FEED_ASK_AFTER_MS,
  FEED_ASK_QUIET_AFTER_MS,
  FEED_REVIVE_PAUSE_MAX_MS,
} from '../../../limits.js';
import type { Clock } from '../../../ports/clock.js';
import type { ClockOffset } from './clock-offset.js';
import type { LaneBook } from './lane-book.js';
import type { AskedPrice, PriceRequests } from './price-requests.js';
import type { SafeSink } from './safe-sink.js';
import type { StreamLane, TellEvent } from './stream-lane.js';
import { ALL_MARK_PRICES, type EventKind } from './stream-names.js';
import type { StreamPlan } from './stream-plan.js';
import type { StreamShard } from './stream-shard.js';

export interface StreamWatchOptions {
  readonly clock: Clock;
  readonly lanes: LaneBook;
  readonly plan: StreamPlan;
  readonly sink: SafeSink;
  readonly offset: ClockOffset;
  /** `null`: prices are never asked for. */
  readonly requests: PriceRequests | null;
  readonly staleAfterMs: number;
  readonly quietAfterMs: number;
  readonly tell: TellEvent;
}

/**
 * Judges each lane by its own traffic: a stream may be acknowledged and silent while its neighbours deliver.
 *
 * A mark price comes every second, so its silence is a fault. Trades and quotes may rest; there a request decides: the
 * same price as the stream's last one proves that nothing was missed, a different one, twice, that something was.
 */
export class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #staleSymbols = new Set<string>();

  constructor(options: StreamWatchOptions) {
    this.#options = options;
  }

  /** An event of the lane came. */
  heard(lane: StreamLane, shard: StreamShard, now: number): void {
    if (now - lane.heardAt > this.#limitOf(lane.kind)) return;
    lane.isSuspect = false;
    lane.isProvenDead = false;
    lane.revivePauseMs = 0;
    shard.revivePauseMs = 0;
    if (lane.isStale) this.#setStale(lane, false);
  }

  /** Judges all lanes now. */
  look(): void {
    const { clock, lanes, plan, sink, tell, requests } = this.#options;
    const now = clock.monotonic();
    const blind = new Map<EventKind, Set<string>>();
    for (const lane of lanes.all()) {
      if (lane.isHoldOver(now)) {
        lane.release(tell);
        sink.gap(lane.symbol, 'the old connection fell behind the one that replaces it');
      }
      const shard = plan.shardOf(lane);
      const isUp = shard?.isUp ?? false;
      const ageMs = now - Math.max(lane.heardAt, lane.confirmedAt, lane.since);
      if (!isUp || ageMs > this.#limitOf(lane.kind)) this.#setStale(lane, true);
      const isSilent = ageMs > this.#limitOf(lane.kind) || lane.isProvenDead;
      if (isUp && isSilent && shard !== undefined) this.#revive(lane, shard, now);
      if (isUp && ageMs <= askAfterMs(lane.kind)) continue;
      const symbols = blind.get(lane.kind);
      if (symbols === undefined) blind.set(lane.kind, new Set([lane.symbol]));
      else symbols.add(lane.symbol);
    }
    if (blind.size > 0) void requests?.ask(blind, (price, askedAt) => this.#asked(price, askedAt));
  }

  /** Nobody wants the symbol any more. */
  forget(symbol: string): void {
    this.#staleSymbols.delete(symbol);
  }

  #asked(price: AskedPrice, askedAt: number): void {
    const { clock, lanes, plan, offset } = this.#options;
    const now = clock.monotonic();
    // The exchange's time without a stream in between: it keeps a stream that lags from being taken for punctual.
    offset.lateness(now, price.time);
    const lane = lanes.get(price.kind, price.symbol);
    if (lane === undefined || lane.heardAt > askedAt) return;
    if (price.kind === 'mark' || !plan.shardOf(lane)?.isUp || lane.isProvenDead) {
      this.#tellAsked(lane, price, now);
    } else {
      this.#judgeQuiet(lane, price, now);
    }
  }

  #judgeQuiet(lane: StreamLane, price: AskedPrice, now: number): void {
    const { tell, sink } = this.#options;
    if (Number.isNaN(lane.price) && Number.isNaN(lane.ask)) {
      // Nothing came yet: the next request is compared with this one.
      lane.price = price.price;
      lane.ask = price.ask;
      tell(lane, { ...price, id: Number.NaN, sentAt: price.time });
    } else if (Object.is(lane.price, price.price) && Object.is(lane.ask, price.ask)) {
      lane.confirmedAt = now;
      lane.isSuspect = false;
      this.#setStale(lane, false);
      tell(lane, { ...price, time: lane.lastTime, id: Number.NaN, sentAt: price.time });
    } else if (lane.isSuspect) {
      lane.isProvenDead = true;
      sink.gap(lane.symbol, 'the stream missed a price');
      this.#setStale(lane, true);
      this.#tellAsked(lane, price, now);
    } else {
      // The stream's own event may be on its way.
      lane.isSuspect = true;
    }
  }

  #tellAsked(lane: StreamLane, price: AskedPrice, now: number): void {
    if (price.time !== 0 && price.time < lane.lastTime) return;
    lane.toldByRequest(price.time);
    this.#options.tell(lane, { ...price, id: Number.NaN, sentAt: now });
  }

  /** Subscribes a silent stream anew; when all of its connection is silent, the connection is made anew. */
  #revive(lane: StreamLane, shard: StreamShard, now: number): void {
    const { plan, staleAfterMs } = this.#options;
    const stream = plan.streamOf(lane);
    if (now - shard.heardAt > staleAfterMs) {
      if (now < shard.reviveAt) return;
      shard.revivePauseMs = nextPauseMs(shard.revivePauseMs, staleAfterMs);
      shard.reviveAt = now + shard.revivePauseMs;
      shard.reconnect('acknowledged but silent');
    } else if (stream !== ALL_MARK_PRICES && now >= lane.reviveAt) {
      // The stream of all symbols delivers; it does not have this one.
      lane.revivePauseMs = nextPauseMs(lane.revivePauseMs, staleAfterMs);
      lane.reviveAt = now + lane.revivePauseMs;
      shard.resubscribe(stream);
    }
  }

  #setStale(lane: StreamLane, isStale: boolean): void {
    lane.isStale = isStale;
    const { lanes, sink } = this.#options;
    const isSymbolStale = isStale || lanes.of(lane.symbol).some((one) => one.isStale);
    if (isSymbolStale === this.#staleSymbols.has(lane.symbol)) return;
    if (isSymbolStale) this.#staleSymbols.add(lane.symbol);
    else this.#staleSymbols.delete(lane.symbol);
    sink.staleness(lane.symbol, isSymbolStale);
  }

  #limitOf(kind: EventKind): number {
    const { staleAfterMs, quietAfterMs } = this.#options;
    return kind === 'mark' ? staleAfterMs : quietAfterMs;
  }
}

function askAfterMs(kind: EventKind): number {
  return kind === 'mark' ? FEED_ASK_AFTER_MS : FEED_ASK_QUIET_AFTER_MS;
}

function nextPauseMs(pauseMs: number, staleAfterMs: number): number {
  return Math.min(pauseMs === 0 ? staleAfterMs : pauseMs * 2, FEED_REVIVE_PAUSE_MAX_MS);
}
