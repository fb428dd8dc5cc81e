import type { ManualClock, PaperExchange, PositionMonitor, PositionSide } from '../../src/index.js';
import type { MarketTick } from './market.js';

/** Prices of one symbol that a breakout is measured against, and how long the bot waits after an entry, ms. */
const WINDOW_MS = 10 * 60_000;
const PAUSE_MS = 20 * 60_000;
/** What one entry is worth, in the quote asset. */
const NOTIONAL = 3_000;
/** The bot buys again when a position has lost this much, percent: that opens a second tranche. */
const ADD_AT_LOSS_PCT = 1.2;

interface Watched {
  high: number;
  low: number;
  windowFrom: number;
  pausedUntil: number;
  added: boolean;
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

  /** @param steps quantity step by symbol */
  constructor(exchange: PaperExchange, clock: ManualClock, steps: ReadonlyMap<string, number>) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#steps = steps;
  }

  /** The order that the bot wants now; `null` almost always. */
  decide({ symbol, price, time }: MarketTick, monitor: PositionMonitor): Entry | null {
    const watched = this.#watched.get(symbol);
    if (watched === undefined) {
      this.#watched.set(symbol, newWindow(price, time, time + WINDOW_MS));
      return null;
    }
    if (time < watched.pausedUntil) {
      // Still learning the range, or resting after an entry.
      watched.high = Math.max(watched.high, price);
      watched.low = Math.min(watched.low, price);
      return this.#adding(symbol, price, watched, monitor);
    }
    const side = price > watched.high ? 'LONG' : price < watched.low ? 'SHORT' : null;
    if (time - watched.windowFrom > WINDOW_MS && side === null) {
      this.#watched.set(symbol, newWindow(price, time, time + WINDOW_MS));
      return null;
    }
    if (side === null || monitor.getPositionStatus(symbol).tranches.length > 0) return null;
    this.#watched.set(symbol, newWindow(price, time, time + PAUSE_MS));
    return { symbol, side, why: side === 'LONG' ? 'breakout up' : 'breakout down' };
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

  /** Buys once more into a losing position, as bots that average down do. */
  #adding(symbol: string, price: number, watched: Watched, monitor: PositionMonitor): Entry | null {
    if (watched.added) return null;
    const [position] = monitor.getPositionStatus(symbol).positions;
    if (position?.entryPrice === undefined || position.entryPrice === null) return null;
    const move = (price / Number(position.entryPrice) - 1) * 100;
    if ((position.side === 'LONG' ? -move : move) < ADD_AT_LOSS_PCT) return null;
    watched.added = true;
    return { symbol, side: position.side, why: 'adds to a loser' };
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

function newWindow(price: number, from: number, pausedUntil: number): Watched {
  return { high: price, low: price, windowFrom: from, pausedUntil, added: false };
}
