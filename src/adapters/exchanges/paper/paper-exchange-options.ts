import type { DecimalInput } from '../../../model/decimal.js';
import type { InstrumentInput } from '../../../model/instrument.js';
import type { PositionMode, PositionSide } from '../../../model/side.js';
import type { Clock } from '../../../ports/clock.js';
import type { FillReport } from '../../../ports/exchange-adapter.js';
import type { Logger } from '../../../ports/logger.js';

/** How a paper exchange behaves. Without options beside `instruments` its fills are ideal. */
export interface PaperExchangeOptions {
  /**
   * The contracts that trade here; or a function that knows them, called once per symbol. While an instrument loads,
   * orders of its symbol wait; everything else stays synchronous.
   */
  readonly instruments: readonly InstrumentInput[] | InstrumentLookup;
  /** How the account holds positions. Default `hedge`. */
  readonly positionMode?: PositionMode;
  /** Time of the exchange. Default: the system's. */
  readonly clock?: Clock;
  /** Stamped into the store by the monitor. Default `paper`. */
  readonly accountId?: string;
  /** Percent of the notional, e.g. `0.04`; negative = rebate. Default 0. */
  readonly fees?: { readonly makerPct?: DecimalInput; readonly takerPct?: DecimalInput };
  /**
   * How much worse than the price market fills are, basis points. Default 0. The result is not put on the tick grid:
   * it stands for the average over several levels of a real book.
   */
  readonly slippageBps?: DecimalInput;
  /** Round trip of a request, ms: half of it to the book, half of it back; events take the way back. Default 0. */
  readonly latencyMs?: number;
  /**
   * In how many executions an order fills. A resting limit fills one part at each price that reaches it; market
   * orders fill all parts at once, each as a trade of its own. Default 1 and 1.
   */
  readonly partialFills?: { readonly limitParts?: number; readonly marketParts?: number };
  /**
   * `at-once`: an order is judged when it arrives, so a marketable limit fills and a passed trigger is refused.
   * `next-price`: it rests unjudged until the next price of its symbol; market orders still fill at once. This is
   * what `replay` wants, where an order must not be judged on the row that caused it. Default `at-once`.
   */
  readonly judgeFrom?: 'at-once' | 'next-price';
  /** What the account holds from the beginning. Default nothing. */
  readonly positions?: readonly PaperPositionSeed[];
  /**
   * First part of order and trade ids. Default: `paper-` and the time of construction, so that the ids of one run
   * are not taken for those of another one by a store that outlives both.
   */
  readonly idPrefix?: string;
  /**
   * Told of each trade at the moment of the match, before any latency, and whether or not somebody is connected: for
   * simulations that note where it happened. It must not call the exchange.
   */
  readonly onTrade?: (trade: FillReport) => void;
  /** Told of listeners that throw. Default silent. */
  readonly logger?: Logger;
}

export type InstrumentLookup = (symbol: string) => InstrumentInput | Promise<InstrumentInput>;

export interface PaperPositionSeed {
  readonly symbol: string;
  readonly side: PositionSide;
  /** Base units or contracts, above zero. */
  readonly quantity: DecimalInput;
  readonly entryPrice: DecimalInput;
}
