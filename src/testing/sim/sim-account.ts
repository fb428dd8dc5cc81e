import { type DecimalInput, type DecimalString, toDecimalString } from '../../model/decimal.js';
import type { OrderFill } from '../../model/fill.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../../model/side.js';
import type { ExchangeCause, OrderStatusReport } from '../../ports/exchange-adapter.js';
import { instrumentOf, orderReportOf } from './sim-reports.js';
import type { SimWriteName } from './sim-script.js';
import { writeNameOf } from './sim-script.js';
import type { SimVenue } from './sim-venue.js';

/** A trade that somebody other than the monitor makes. */
export interface TradeTerms {
  /** Default: in hedge mode what the order opens (a buy LONG, a sell SHORT), in one-way mode `BOTH`. */
  readonly positionSide?: WirePositionSide;
  /** One-way mode: the order may only reduce. Default false. */
  readonly reduceOnly?: boolean;
  /** Default `bot-1`, `bot-2`, … */
  readonly clientOrderId?: string;
}

/** A fill as a bot hands it to `handleOrderFill`, with the ids that it always has. */
export type SimTrade = OrderFill & {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly executedQty: DecimalString;
};

/**
 * The account of a `SimExchange` as everyone but the monitor sees and uses it: the bot, a human at the
 * exchange's own page, the exchange itself. Nothing here takes time, and nothing here fails in transit.
 */
export class SimAccount {
  readonly #venue: SimVenue;
  #trades = 0;

  /** @internal */
  constructor(venue: SimVenue) {
    this.#venue = venue;
  }

  /**
   * The bot buys at market. Returns the fill to hand over; the account stream tells of it as well.
   *
   * @param quantity base units or contracts, on the step
   * @throws RangeError when the market has no price yet, or the exchange refuses
   * @example
   * const fill = exchange.account.buy('BTCUSDT', '0.1');
   * await runUntil(clock, monitor.handleOrderFill(fill));
   */
  buy(symbol: string, quantity: DecimalInput, terms: TradeTerms = {}): SimTrade {
    return this.#trade('BUY', symbol, quantity, terms);
  }

  /**
   * The bot sells at market, as {@link buy}. To close a LONG by hand: `{ positionSide: 'LONG' }` in hedge mode,
   * `{ reduceOnly: true }` in one-way mode.
   *
   * @throws RangeError as {@link buy}
   */
  sell(symbol: string, quantity: DecimalInput, terms: TradeTerms = {}): SimTrade {
    return this.#trade('SELL', symbol, quantity, terms);
  }

  /**
   * What an order of the bot has executed by now, to hand over again when it was filled in parts.
   *
   * @throws RangeError when there is no such order
   */
  tradeOf(symbol: string, clientOrderId: string): SimTrade {
    const order = this.#venue.find({ symbol, clientOrderId });
    if (order === null) throw new RangeError(`there is no order ${clientOrderId}`);
    const { orderId, side, positionSide, executedQty, avgPrice, status, time } = orderReportOf(
      this.#venue,
      order,
    );
    return {
      orderId,
      clientOrderId,
      symbol,
      side,
      positionSide,
      executedQty: executedQty as DecimalString,
      ...(avgPrice !== undefined && { avgPrice }),
      status: status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED',
      time,
    };
  }

  /**
   * Somebody cancels an order at the exchange, also one of the monitor's.
   *
   * @throws RangeError when no such order is open
   */
  cancelByHand(symbol: string, clientOrderId: string): void {
    const verdict = this.#venue.cancel({ symbol, clientOrderId });
    if (verdict.kind === 'rejected') throw new RangeError(`${clientOrderId}: ${verdict.detail}`);
  }

  /**
   * The exchange closes (part of) a position itself.
   *
   * @param quantity base units or contracts; default all of it
   * @throws RangeError when nothing is held, or the quantity is off the step
   */
  liquidate(
    symbol: string,
    side: PositionSide,
    quantity?: DecimalInput,
    cause: Exclude<ExchangeCause, 'order'> = 'liquidation',
  ): void {
    const held = this.#venue.held(symbol, side);
    if (held <= 0) throw new RangeError(`no ${side} position of ${symbol} is held`);
    const steps =
      quantity === undefined ? held : instrumentOf(this.#venue, symbol).steps(Number(quantity));
    if (steps === null || steps <= 0) throw new RangeError(`${quantity} is off the step`);
    this.#venue.forceReduce(symbol, side, steps, cause);
  }

  /** What is held of a side, base units or contracts; `0` when it is flat. */
  held(symbol: string, side: PositionSide): DecimalString {
    const steps = Math.max(0, this.#venue.held(symbol, side));
    return toDecimalString(instrumentOf(this.#venue, symbol).quantity(steps));
  }

  /** Every open order, in the order of their coming. */
  openOrders(symbol?: string): readonly OrderStatusReport[] {
    return this.#venue.openOrders(symbol).map((order) => orderReportOf(this.#venue, order));
  }

  /** Open stop orders that reduce. */
  stops(symbol?: string): readonly OrderStatusReport[] {
    return this.#named('stop', symbol);
  }

  /** Open orders that take profit. */
  takeProfits(symbol?: string): readonly OrderStatusReport[] {
    return this.#named('take-profit', symbol);
  }

  #named(name: SimWriteName, symbol: string | undefined): readonly OrderStatusReport[] {
    return this.#venue
      .openOrders(symbol)
      .filter((order) => writeNameOf(order) === name)
      .map((order) => orderReportOf(this.#venue, order));
  }

  #trade(side: OrderSide, symbol: string, quantity: DecimalInput, terms: TradeTerms): SimTrade {
    const venue = this.#venue;
    instrumentOf(venue, symbol);
    if (venue.price(symbol, 'LAST') === null) {
      throw new RangeError(`${symbol} has no price yet; call setPrice() or tick() first`);
    }
    this.#trades += 1;
    const opens = side === 'BUY' ? 'LONG' : 'SHORT';
    const {
      positionSide = venue.positionMode === 'hedge' ? opens : 'BOTH',
      reduceOnly = false,
      clientOrderId = `bot-${this.#trades}`,
    } = terms;
    const verdict = venue.place({
      clientOrderId,
      symbol,
      side,
      positionSide,
      kind: 'market',
      quantity: Number(quantity),
      price: null,
      triggerPrice: null,
      triggerSource: null,
      reduceOnly,
      expiresAt: Number.POSITIVE_INFINITY,
    });
    if (verdict.kind === 'rejected') {
      throw new RangeError(`the exchange refuses, ${verdict.code}: ${verdict.detail}`);
    }
    return this.tradeOf(symbol, clientOrderId);
  }
}
