import type { ManualClock, PaperExchange, PositionMonitor, PositionSide } from '../../src/index.js';
import type { MarketTick } from './market.js';

/** The range that a breakout leaves: this many minutes. */
const RANGE_MINUTES = 12;
/** How long the bot looks on after an entry. */
const PAUSE_MINUTES = 8;
/** What one entry is worth, in the quote asset. */
const NOTIONAL = 3_000;
/** The bot buys again when a position has lost this much, percent: that opens a second tranche. */
const ADD_AT_LOSS_PCT = 1.2;

/** What the bot remembers of one symbol. */
interface Watched {
  /** Highest and lowest price of the last minutes, the current one first. */
  readonly highs: number[];
  readonly lows: number[];
  minute: number;
  pausedUntil: number;
  hasAdded: boolean;
}

/**
 * A simple trading bot: it follows breakouts, and it knows nothing of stops and targets.
 *
 * All that connects it with the monitor is one call per fill.
 */
export class HostBot {
  readonly #exchange: PaperExchange;
  readonly #clock: ManualClock;
  readonly #steps: ReadonlyMap<string, number>;
  readonly #watched = new Map<string, Watched>();
  #orderCount = 0;

  readonly #minuteMs: number;

  /**
   * @param steps quantity step by symbol
   * @param minuteMs what the bot takes for a minute: recordings may be short
   */
  constructor(
    exchange: PaperExchange,
    clock: ManualClock,
    steps: ReadonlyMap<string, number>,
    minuteMs: number,
  ) {
    this.#minuteMs = minuteMs;
    this.#exchange = exchange;
    this.#clock = clock;
    this.#steps = steps;
  }

  /** The order that the bot wants now; `null` almost always. */
  decide({ symbol, price, time }: MarketTick, monitor: PositionMonitor): Entry | null {
    const watched = this.#watched.get(symbol) ?? newcomer(price, this.#minuteOf(time));
    this.#watched.set(symbol, watched);
    const entry = time < watched.pausedUntil ? null : this.#wish(symbol, price, watched, monitor);
    remember(watched, price, this.#minuteOf(time));
    if (entry !== null) watched.pausedUntil = time + PAUSE_MINUTES * this.#minuteMs;
    return entry;
  }

  #wish(symbol: string, price: number, watched: Watched, monitor: PositionMonitor): Entry | null {
    const [position] = monitor.getPositionStatus(symbol).positions;
    if (position !== undefined && position.entryPrice !== null) {
      const move = (price / Number(position.entryPrice) - 1) * 100;
      const loss = position.side === 'LONG' ? -move : move;
      if (watched.hasAdded || loss < ADD_AT_LOSS_PCT) return null;
      watched.hasAdded = true;
      return { symbol, side: position.side, why: 'adds to a loser' };
    }
    watched.hasAdded = false;
    if (watched.highs.length < RANGE_MINUTES) return null;
    if (price > Math.max(...watched.highs)) return { symbol, side: 'LONG', why: 'breakout up' };
    if (price < Math.min(...watched.lows)) return { symbol, side: 'SHORT', why: 'breakout down' };
    return null;
  }

  /** Sends the order and hands the fill to the monitor: the one line that a bot needs. */
  async enter({ symbol, side }: Entry, price: number, monitor: PositionMonitor): Promise<boolean> {
    this.#orderCount += 1;
    const clientOrderId = `bot-${this.#orderCount}`;
    const outcome = await this.#exchange.placeOrder({
      clientOrderId,
      symbol,
      side: side === 'LONG' ? 'BUY' : 'SELL',
      positionSide: side,
      kind: 'market',
      quantity: this.#quantityFor(symbol, price),
      reduceOnly: false,
      expiresAt: this.#clock.now() + 1_000,
    });
    const report = outcome.kind === 'accepted' ? outcome.report : undefined;
    if (report?.avgPrice === undefined)
      throw new Error(`the order was not filled: ${outcome.kind}`);
    return monitor.handleOrderFill({
      orderId: report.orderId,
      clientOrderId,
      symbol,
      side: report.side,
      positionSide: report.positionSide,
      executedQty: report.executedQty,
      avgPrice: report.avgPrice,
      status: 'FILLED',
      time: report.time,
    });
  }

  #minuteOf(time: number): number {
    return Math.floor(time / this.#minuteMs);
  }

  #quantityFor(symbol: string, price: number): string {
    const step = this.#steps.get(symbol) ?? 1;
    const steps = Math.max(1, Math.floor(NOTIONAL / price / step));
    const decimals = `${step}`.split('.')[1]?.length ?? 0;
    return (steps * step).toFixed(decimals);
  }
}

export interface Entry {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly why: string;
}

function newcomer(price: number, minute: number): Watched {
  return { highs: [price], lows: [price], minute, pausedUntil: 0, hasAdded: false };
}

function remember(watched: Watched, price: number, minute: number): void {
  const { highs, lows } = watched;
  if (minute > watched.minute) {
    watched.minute = minute;
    highs.unshift(price);
    lows.unshift(price);
    highs.length = Math.min(highs.length, RANGE_MINUTES);
    lows.length = Math.min(lows.length, RANGE_MINUTES);
  }
  highs[0] = Math.max(highs[0] ?? price, price);
  lows[0] = Math.min(lows[0] ?? price, price);
}
