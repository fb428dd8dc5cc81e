import type { DecimalInput } from '../../model/decimal.js';
import type { PriceSource } from '../../model/price.js';
import type { MarketBar } from './bar-book.js';
import type { TriggerFate } from './conditional-desk.js';
import type { LoopbackExchange } from './loopback-exchange.js';

/** The market and the matching. */
export class MarketControl {
  readonly #exchange: LoopbackExchange;

  constructor(exchange: LoopbackExchange) {
    this.#exchange = exchange;
  }

  /**
   * Every price of a symbol moves: last, mark, index, bid, and ask one tick above. Conditions are met, limits fill, the
   * market streams tell it.
   *
   * @param others sources that go elsewhere
   * @throws RangeError off the tick grid
   */
  setPrice(
    symbol: string,
    price: DecimalInput,
    others: Partial<Record<PriceSource, DecimalInput>> = {},
  ): void {
    this.#exchange.move(symbol, price, others);
  }

  /** One source alone moves, e.g. the mark price without a trade. @throws RangeError off the tick grid */
  setSource(symbol: string, source: PriceSource, price: DecimalInput): void {
    this.#exchange.moveSource(symbol, source, price);
  }

  /**
   * The market's history in bars of one length, the oldest first. What was traded after the last of them, and the running
   * bar, follow from the prices that are set. Without a history a symbol began to trade with the server.
   *
   * @param barMs length of the bars, ms
   * @throws RangeError for a symbol that does not trade here, for bars that do not begin at multiples of their length, or
   *   not one after the other
   */
  setBars(symbol: string, barMs: number, bars: readonly MarketBar[]): void {
    if (!this.#exchange.instruments.has(symbol)) {
      throw new RangeError(`${symbol} does not trade here`);
    }
    this.#exchange.bars.setHistory(symbol, barMs, bars);
  }

  /**
   * Every execution comes in parts from now on: at market one after the other, of a limit one for each move of the
   * price.
   *
   * @param parts 1 = at once
   * @param pauseMs between two parts at market
   */
  fillInParts(parts: number, pauseMs = 1): void {
    const done = new Map<string, number>();
    this.#exchange.orders.venue.fillFate = ({ orderId }) => {
      const before = done.get(orderId) ?? 0;
      done.set(orderId, before + 1);
      return { parts: Math.max(1, parts - before), pauseMs, restExpires: false };
    };
  }

  /** What becomes of the next condition that is met. */
  nextTrigger(fate: TriggerFate): void {
    this.#exchange.conditionals.fates.push(fate);
  }

  /** Nothing matches, new orders are refused. */
  halt(isHalted = true): void {
    this.#exchange.orders.venue.halted = isHalted;
  }

  /** The exchange's clock differs from the real one by so much, ms. */
  skewClock(ms: number): void {
    this.#exchange.orders.venue.skewMs = ms;
  }
}
