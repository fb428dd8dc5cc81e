import type { DecimalInput } from '../../model/decimal.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../../model/side.js';
import type { ExchangeCause } from '../../ports/exchange-adapter.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { cancel } from './order-routes.js';
import { quantityText, type WireObject } from './order-words.js';
import { placeOrder } from './place-order.js';
import { WireParams } from './wire-params.js';
import { refusal } from './wire-refusal.js';

/** How a person's order differs from a plain market order that opens. */
export interface PersonTerms {
  /** Default: what the order opens in hedge mode, `BOTH` in one-way mode. */
  readonly positionSide?: WirePositionSide;
  /** One-way mode only. */
  readonly reduceOnly?: boolean;
  readonly clientOrderId?: string;
  /** A limit order instead of one at market. */
  readonly price?: DecimalInput;
}

/**
 * Somebody else at the same account: the bot that enters, a person at the exchange's own page, the exchange itself.
 * Nothing here passes the doors, costs weight or fails.
 */
export class PersonControl {
  readonly #exchange: LoopbackExchange;
  #orders = 0;

  constructor(exchange: LoopbackExchange) {
    this.#exchange = exchange;
  }

  /** Buys at market, or rests a limit. @returns the order as its answer tells it @throws WireRefusal */
  buy(symbol: string, quantity: DecimalInput, terms: PersonTerms = {}): WireObject {
    return this.#place('BUY', symbol, quantity, terms);
  }

  /** Sells, as {@link buy}. To close a LONG in hedge mode: `{ positionSide: 'LONG' }`. @throws WireRefusal */
  sell(symbol: string, quantity: DecimalInput, terms: PersonTerms = {}): WireObject {
    return this.#place('SELL', symbol, quantity, terms);
  }

  /** Cancels any open order by its client id: a plain or a conditional one. @throws WireRefusal */
  cancel(symbol: string, clientOrderId: string): void {
    const record = this.#exchange.conditionals.open.find(
      (one) => one.symbol === symbol && one.clientId === clientOrderId,
    );
    if (record !== undefined) this.#exchange.conditionals.cancel(record);
    else cancel(paramsOf({ symbol, origClientOrderId: clientOrderId }), this.#exchange);
  }

  /**
   * The exchange closes (part of) a position itself.
   *
   * @param quantity default all of it
   * @throws WireRefusal when nothing is held
   */
  forceClose(
    symbol: string,
    side: PositionSide,
    cause: Exclude<ExchangeCause, 'order'> = 'liquidation',
    quantity?: DecimalInput,
  ): void {
    const { venue } = this.#exchange.orders;
    const held = venue.held(symbol, side);
    const instrument = this.#exchange.orders.instrument(symbol);
    const steps = quantity === undefined ? held : instrument.steps(Number(quantity));
    if (held <= 0 || steps === null) throw refusal(-2022);
    venue.forceReduce(symbol, side, steps, cause);
  }

  /** What is held of a side, as text; `0` when it is flat. */
  held(symbol: string, side: PositionSide): string {
    const { venue } = this.#exchange.orders;
    return quantityText(this.#exchange.orders.instrument(symbol), venue.held(symbol, side));
  }

  /** Client ids of every open order, plain ones first. */
  openOrders(symbol?: string): readonly string[] {
    const { orders, conditionals } = this.#exchange;
    const here = (one: { readonly symbol: string }): boolean =>
      symbol === undefined || one.symbol === symbol;
    return [
      ...orders.open.filter(here).map(({ clientOrderId }) => clientOrderId),
      ...conditionals.open.filter(here).map(({ clientId }) => clientId),
    ];
  }

  #place(side: OrderSide, symbol: string, quantity: DecimalInput, terms: PersonTerms): WireObject {
    this.#orders += 1;
    const isHedge = this.#exchange.positionMode === 'hedge';
    const opened = side === 'BUY' ? 'LONG' : 'SHORT';
    const { price } = terms;
    const given = {
      symbol,
      side,
      positionSide: terms.positionSide ?? (isHedge ? opened : 'BOTH'),
      type: price === undefined ? 'MARKET' : 'LIMIT',
      quantity: String(quantity),
      newClientOrderId: terms.clientOrderId ?? `person-${this.#orders}`,
      newOrderRespType: 'RESULT',
      ...(price !== undefined && { price: String(price), timeInForce: 'GTC' }),
      ...(terms.reduceOnly === true && { reduceOnly: 'true' }),
    };
    return placeOrder(paramsOf(given), this.#exchange);
  }
}

function paramsOf(values: Readonly<Record<string, string>>): WireParams {
  return new WireParams(Object.entries(values));
}
