import { decimal, toDecimalString } from '../../model/decimal.js';
import type { PositionMode } from '../../model/side.js';
import type { Clock } from '../../ports/clock.js';
import type { SimInstrument } from '../sim/sim-instrument.js';
import type { SimEvent, SimFill, SimOrder, SimRequest } from '../sim/sim-order.js';
import { SIM_PROFILES } from '../sim/sim-profile.js';
import { refusalOf } from '../sim/sim-refusals.js';
import { SimVenue } from '../sim/sim-venue.js';
import type { AccountBook } from './account-book.js';
import type { ServerInstrument } from './exchange-server-options.js';
import type { ExecutionType, OrderRecord, ServerNews, TradeRecord } from './order-record.js';
import { refusal, WireRefusal } from './wire-refusal.js';

/** A record and the order of the venue that works for it now. */
interface Link {
  readonly record: OrderRecord;
  /** Id of that order. */
  venueId: string;
  /** What earlier orders of an amended one executed. */
  readonly executed: number;
  readonly cost: number;
  /** Its coming is not told. */
  readonly isQuiet: boolean;
  isNew: boolean;
  endsAs: 'CANCELED' | 'EXPIRED' | null;
}

const FIRST_ORDER_ID = 4_000_000_000;

/**
 * Plain orders: the venue matches them, this keeps what the wire tells of them. Conditional orders come here when their
 * condition is met.
 */
export class OrderDesk {
  /** Told in the order in which it happens. */
  onNews: (news: ServerNews) => void = () => {};
  /** Nothing more comes of an order. */
  onEnded: (order: OrderRecord) => void = () => {};
  readonly trades: TradeRecord[] = [];
  readonly records = new Map<number, OrderRecord>();
  readonly #clock: Clock;
  readonly #instruments: readonly ServerInstrument[];
  readonly #book: AccountBook;
  readonly #links = new Map<string, Link>();
  readonly #linkOf = new WeakMap<OrderRecord, Link>();
  #venue: SimVenue;
  #incoming: Link | null = null;
  #nextOrderId = FIRST_ORDER_ID;
  #nextTradeId = 700_000_000;

  constructor(
    clock: Clock,
    instruments: readonly ServerInstrument[],
    mode: PositionMode,
    book: AccountBook,
  ) {
    this.#clock = clock;
    this.#instruments = instruments;
    this.#book = book;
    this.#venue = this.#venueIn(mode);
  }

  get venue(): SimVenue {
    return this.#venue;
  }

  /** Only while nothing is held and nothing rests. */
  setPositionMode(mode: PositionMode): void {
    const old = this.#venue;
    old.onEvent = () => {};
    this.#links.clear();
    this.#venue = this.#venueIn(mode);
    this.#venue.skewMs = old.skewMs;
    this.#venue.halted = old.halted;
    this.#venue.fillFate = old.fillFate;
    for (const symbol of old.symbols) {
      for (const source of ['LAST', 'MARK', 'INDEX', 'BID', 'ASK'] as const) {
        const ticks = old.price(symbol, source);
        if (ticks !== null) this.#venue.setPrice(symbol, source, ticks);
      }
    }
  }

  takeId(): number {
    this.#nextOrderId += 1;
    return this.#nextOrderId;
  }

  instrument(symbol: string): SimInstrument {
    const found = this.#venue.instrument(symbol);
    if (found === undefined) throw refusal(-1121);
    return found;
  }

  get open(): OrderRecord[] {
    return [...this.records.values()].filter(isOpen);
  }

  /** Why the venue does not take it; `null` when it does. */
  refusalOf(record: OrderRecord): WireRefusal | null {
    const verdict = refusalOf(this.#requestOf(record, record.quantity), this.#venue);
    if (verdict === null) return null;
    if (verdict.code === 'reduce-only') {
      return refusal(verdict.detail.startsWith('resting') ? -4118 : -2022);
    }
    if (verdict.code === 'market-closed') return refusal(-4141);
    if (verdict.code === 'position-mode') return refusal(-4061);
    return new WireRefusal(-2010, `NEW_ORDER_REJECTED: ${verdict.detail}`);
  }

  /**
   * Takes an order in.
   *
   * @returns what it was at the moment of its acceptance, before anything matched
   * @throws WireRefusal
   */
  submit(record: OrderRecord): Readonly<OrderRecord> {
    const refused = this.refusalOf(record);
    if (refused !== null) throw refused;
    const { timeInForce } = record;
    const crosses = this.#crosses(record);
    if (timeInForce === 'FOK' && !crosses) throw refusal(-5021);
    if (timeInForce === 'GTX' && crosses) throw refusal(-5022);
    const accepted = { ...record };
    this.records.set(record.orderId, record);
    const link = this.#place(record, { executed: 0, cost: 0, isQuiet: false });
    if (timeInForce === 'FOK' && isOpen(record)) this.#cancel(record, link, 'EXPIRED');
    return accepted;
  }

  /** It comes in and ends at once, without an execution. */
  submitStillborn(record: OrderRecord): void {
    this.records.set(record.orderId, record);
    this.#tell(record, 'NEW', null);
    record.status = 'EXPIRED';
    this.#tell(record, 'EXPIRED', null);
    this.onEnded(record);
  }

  /** @throws WireRefusal when it is not open */
  cancel(record: OrderRecord): void {
    const link = this.#linkOf.get(record);
    if (link === undefined || !isOpen(record)) throw refusal(-2011);
    this.#cancel(record, link, 'CANCELED');
  }

  /** New price and quantity, in ticks and steps. @throws WireRefusal */
  amend(record: OrderRecord, quantity: number, price: number): void {
    if (!isOpen(record) || record.type !== 'LIMIT') throw refusal(-5024);
    if (record.quantity === quantity && record.price === price) throw refusal(-5027);
    const link = this.#linkOf.get(record);
    if (link === undefined) throw refusal(-2013);
    const isOver = quantity <= record.executed;
    const crossesPostOnly = record.timeInForce === 'GTX' && this.#crosses({ ...record, price });
    if (isOver || crossesPostOnly) {
      this.#cancel(record, link, 'CANCELED');
      return;
    }
    this.#links.delete(link.venueId);
    this.#venue.cancel({ symbol: record.symbol, clientOrderId: venueIdOf(record) });
    record.quantity = quantity;
    record.price = price;
    record.updatedAt = this.#venue.now();
    this.#tell(record, 'AMENDMENT', null);
    const { executed, cost } = record;
    this.#place(record, { executed, cost, isQuiet: true });
  }

  #place(record: OrderRecord, from: Pick<Link, 'executed' | 'cost' | 'isQuiet'>): Link {
    const link: Link = { record, venueId: '', ...from, isNew: true, endsAs: null };
    this.#linkOf.set(record, link);
    const outer = this.#incoming;
    this.#incoming = link;
    const verdict = this.#venue.place(this.#requestOf(record, record.quantity - from.executed));
    this.#incoming = outer;
    link.isNew = false;
    if (verdict.kind === 'rejected') {
      record.status = 'EXPIRED';
      this.#tell(record, 'EXPIRED', null);
      this.onEnded(record);
    }
    return link;
  }

  #cancel(record: OrderRecord, link: Link, endsAs: 'CANCELED' | 'EXPIRED'): void {
    link.endsAs = endsAs;
    this.#venue.cancel({ symbol: record.symbol, clientOrderId: venueIdOf(record) });
  }

  #crosses({ symbol, side, price }: Pick<OrderRecord, 'symbol' | 'side' | 'price'>): boolean {
    const last = this.#venue.price(symbol, 'LAST');
    if (last === null || price === null) return price === null;
    return side === 'BUY' ? last <= price : last >= price;
  }

  #requestOf(record: OrderRecord, steps: number): SimRequest {
    const instrument = this.instrument(record.symbol);
    const isLimit = record.price !== null && record.type === 'LIMIT';
    return {
      clientOrderId: venueIdOf(record),
      symbol: record.symbol,
      side: record.side,
      positionSide: record.positionSide,
      kind: isLimit ? (record.timeInForce === 'IOC' ? 'ioc-limit' : 'limit') : 'market',
      quantity: instrument.quantity(steps).toNumber(),
      price: isLimit ? instrument.price(record.price as number).toNumber() : null,
      triggerPrice: null,
      triggerSource: null,
      reduceOnly: record.reduceOnly,
      expiresAt: Number.POSITIVE_INFINITY,
      cause: record.cause,
    };
  }

  #venueIn(mode: PositionMode): SimVenue {
    const venue = new SimVenue({
      clock: this.#clock,
      // The wire's ids are this desk's business; the venue sees ids of its own.
      profile: { ...SIM_PROFILES.binanceLike, clientIds: 'none' },
      positionMode: mode,
      instruments: this.#instruments,
    });
    venue.onEvent = (event) => this.#onVenue(event);
    return venue;
  }

  #onVenue(event: SimEvent): void {
    if (event.kind === 'order') this.#onOrder(event.order, event.fill);
    else if (event.kind === 'fill') this.#onFill(event.fill);
  }

  #onOrder(order: Readonly<SimOrder>, fill: SimFill | null): void {
    let link = this.#links.get(order.orderId);
    if (link === undefined) {
      // After an amendment the venue still tells the end of the order that was replaced.
      if (order.status !== 'accepted' || order.executed > 0) return;
      link = this.#incoming ?? this.#forced(order);
      link.venueId = order.orderId;
      this.#links.set(order.orderId, link);
      link.record.updatedAt = order.updatedAt;
      if (!link.isQuiet) this.#tell(link.record, 'NEW', null);
      return;
    }
    const { record } = link;
    record.executed = link.executed + order.executed;
    record.cost = link.cost + order.cost;
    record.updatedAt = order.updatedAt;
    if (order.status === 'filled') record.status = 'FILLED';
    else if (order.status === 'accepted') {
      record.status = record.executed > 0 ? 'PARTIALLY_FILLED' : 'NEW';
    } else if (fill === null) {
      record.status = order.status === 'canceled' ? (link.endsAs ?? 'CANCELED') : 'EXPIRED';
    }
    if (fill !== null) this.#bookFill(link, fill);
    else if (!isOpen(record)) {
      this.#tell(record, record.status as 'CANCELED' | 'EXPIRED', null);
      this.onEnded(record);
    }
  }

  #bookFill({ record, isNew }: Link, fill: SimFill): void {
    const isMaker = record.type === 'LIMIT' && !isNew;
    const instrument = this.instrument(record.symbol);
    const { profit, fee } = this.#book.apply(instrument, { ...fill, isMaker });
    record.profit = toDecimalString(decimal(record.profit).plus(profit));
    this.#nextTradeId += 1;
    const trade: TradeRecord = {
      tradeId: this.#nextTradeId,
      orderId: record.orderId,
      symbol: record.symbol,
      side: record.side,
      positionSide: record.positionSide,
      quantity: fill.quantity,
      price: fill.price,
      isMaker,
      profit,
      fee,
      time: fill.time,
    };
    this.trades.push(trade);
    this.#tell(record, record.cause === 'liquidation' ? 'CALCULATED' : 'TRADE', trade);
  }

  #onFill(fill: SimFill): void {
    this.onNews({ kind: 'position', symbol: fill.symbol, side: fill.positionSide });
    const record = this.#links.get(fill.orderId)?.record;
    if (record !== undefined && record.status === 'FILLED') this.onEnded(record);
  }

  /** An order that the exchange itself made. */
  #forced(order: Readonly<SimOrder>): Link {
    const type = order.cause === 'liquidation' ? 'LIQUIDATION' : 'MARKET';
    const record: OrderRecord = {
      orderId: this.takeId(),
      clientOrderId: order.cause === 'adl' ? 'adl_autoclose' : order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      positionSide: order.positionSide,
      type,
      origType: type,
      timeInForce: 'IOC',
      quantity: order.quantity,
      price: null,
      reduceOnly: order.reduceOnly,
      condition: null,
      cause: order.cause,
      status: 'NEW',
      executed: 0,
      cost: 0,
      createdAt: order.updatedAt,
      updatedAt: order.updatedAt,
      profit: '0',
    };
    this.records.set(record.orderId, record);
    return { record, venueId: '', executed: 0, cost: 0, isQuiet: false, isNew: true, endsAs: null };
  }

  #tell(record: OrderRecord, execution: ExecutionType, trade: TradeRecord | null): void {
    this.onNews({ kind: 'order', order: { ...record }, execution, trade });
  }
}

export function isOpen({ status }: Pick<OrderRecord, 'status'>): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

function venueIdOf(record: OrderRecord): string {
  return `wire-${record.orderId}`;
}
