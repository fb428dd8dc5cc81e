import { invariant } from '../../../errors/invariant.js';
import {
  type Decimal,
  decimal,
  maxDecimal,
  minDecimal,
  roundDecimal,
  toDecimalString,
} from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import type { VenueOrderStatus } from '../../../model/order.js';
import { isLimitKind } from '../../../model/order-kind.js';
import type { Clock } from '../../../ports/clock.js';
import type { FillReport, TradeReport } from '../../../ports/exchange-adapter.js';
import type { FillArchive } from './fill-archive.js';
import type { OrderArchive } from './order-archive.js';
import { isOpenOrder, leavesQuantity, type PaperOrder, reportOf } from './paper-order.js';
import type { PaperPositions } from './paper-positions.js';
import type { PaperRules } from './paper-rules.js';
import type { PaperWire } from './paper-wire.js';

/** What an expired reducing order says. */
const NOTHING_TO_REDUCE = 'reduce-only: the position holds nothing more to reduce';

/** Turns matches into trades: clamps, prices, fees, positions, reports. */
export class PaperExecution {
  readonly #rules: PaperRules;
  readonly #clock: Clock;
  readonly #wire: PaperWire;
  readonly #orders: OrderArchive;
  readonly #fills: FillArchive;
  readonly #positions: PaperPositions;
  readonly #idPrefix: string;
  readonly #onTrade: ((trade: FillReport) => void) | null;
  #tradeCount = 0;

  constructor(parts: {
    readonly rules: PaperRules;
    readonly clock: Clock;
    readonly wire: PaperWire;
    readonly orders: OrderArchive;
    readonly fills: FillArchive;
    readonly positions: PaperPositions;
    readonly idPrefix: string;
    readonly onTrade: ((trade: FillReport) => void) | null;
  }) {
    this.#rules = parts.rules;
    this.#clock = parts.clock;
    this.#wire = parts.wire;
    this.#orders = parts.orders;
    this.#fills = parts.fills;
    this.#positions = parts.positions;
    this.#idPrefix = parts.idPrefix;
    this.#onTrade = parts.onTrade;
  }

  /** Fills all that is left at the market, in as many trades as the rules say. */
  fillAtMarket(order: PaperOrder, price: number, instrument: Instrument): void {
    const worse = this.#slipped(order, price);
    while (isOpenOrder(order)) {
      const part = this.#partOf(order, this.#rules.marketParts, instrument);
      this.#trade(order, part, worse, this.#rules.takerRate, instrument);
    }
  }

  /** Fills a limit that meets a better price on arrival: never worse than its own. */
  fillOnArrival(order: PaperOrder, price: number, instrument: Instrument): void {
    const limit = order.price as Decimal;
    const slipped = this.#slipped(order, price);
    const bounded = order.rising ? maxDecimal(slipped, limit) : minDecimal(slipped, limit);
    const part = this.#partOf(order, this.#rules.limitParts, instrument);
    this.#trade(order, part, bounded, this.#rules.takerRate, instrument);
  }

  /** Fills one part of a resting limit at its own price. */
  fillResting(order: PaperOrder, instrument: Instrument): void {
    const part = this.#partOf(order, this.#rules.limitParts, instrument);
    this.#trade(order, part, order.price as Decimal, this.#rules.makerRate, instrument);
  }

  /** Changes the status and tells it. A terminal order goes to the archive. */
  move(order: PaperOrder, status: VenueOrderStatus, reason: string | null = null): void {
    order.status = status;
    order.reason = reason;
    order.updatedAt = this.#clock.now();
    this.#tell(order);
    if (!isOpenOrder(order)) this.#orders.end(order);
  }

  /** Tells the order as it stands. */
  announce(order: PaperOrder): void {
    this.#tell(order);
  }

  #trade(
    order: PaperOrder,
    part: Decimal,
    price: Decimal,
    rate: Decimal,
    instrument: Instrument,
  ): void {
    const { symbol, side, positionSide } = order;
    const wanted = minDecimal(part, leavesQuantity(order));
    // What may only reduce is bounded by what the position holds at this very moment.
    const quantity = order.reduces
      ? minDecimal(wanted, this.#positions.reducible(symbol, side, positionSide))
      : wanted;
    if (quantity.eq(0)) {
      this.move(order, 'expired', NOTHING_TO_REDUCE);
      return;
    }
    invariant(quantity.gt(0) && price.gt(0), 'a paper trade has a quantity and a price');
    this.#tradeCount += 1;
    const time = this.#fills.timeFor(symbol, this.#clock.now());
    const fee = price.times(quantity).times(instrument.contractSize).times(rate);
    const trade: TradeReport = {
      tradeId: `${this.#idPrefix}t${this.#tradeCount}`,
      quantity: toDecimalString(quantity),
      price: toDecimalString(price),
      fee: toDecimalString(fee),
    };
    order.executedQty = order.executedQty.plus(quantity);
    order.executedCost = order.executedCost.plus(price.times(quantity));
    order.avgPrice = order.avgPrice === null ? price : order.executedCost.div(order.executedQty);
    order.updatedAt = time;
    if (leavesQuantity(order).eq(0)) order.status = 'filled';
    const fill = fillReportOf(order, trade, time);
    this.#fills.add(fill);
    this.#onTrade?.(fill);
    this.#tell(order, trade);
    this.#wire.emit((sink) => sink.fill(fill));
    const changed = this.#positions.apply({ symbol, side, positionSide, quantity, price, time });
    for (const report of changed) this.#wire.emit((sink) => sink.position(report));
    if (order.status === 'filled') this.#orders.end(order);
    else if (quantity.lt(wanted)) this.move(order, 'expired', NOTHING_TO_REDUCE);
  }

  #tell(order: PaperOrder, trade?: TradeReport): void {
    // Taken now: by the time it is delivered, the order may have moved on.
    const report = reportOf(order, trade);
    this.#wire.emit((sink) => sink.order(report));
  }

  #slipped(order: PaperOrder, price: number): Decimal {
    const { sellFactor, buyFactor } = this.#rules;
    return decimal(price).times(order.side === 'SELL' ? sellFactor : buyFactor);
  }

  /** Size of one part, on the step; at least one step. The last trade takes what is left. */
  #partOf(order: PaperOrder, parts: number, instrument: Instrument): Decimal {
    if (parts === 1) return order.quantity;
    const step = isLimitKind(order.kind) ? instrument.stepSize : instrument.marketStepSize;
    const part = maxDecimal(step, roundDecimal(order.quantity.div(decimal(parts)), step, 'floor'));
    // Rounding down leaves a rest: it goes with the last part, not as one more.
    const left = leavesQuantity(order);
    return left.lt(part.times(decimal(2))) ? left : part;
  }
}

function fillReportOf(order: PaperOrder, trade: TradeReport, time: number): FillReport {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    positionSide: order.positionSide,
    reduceOnly: order.reduceOnly,
    trade,
    time,
  };
}
