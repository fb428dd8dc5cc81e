import { type Decimal, decimal, tryDecimal, ZERO } from '../../../model/decimal.js';
import type { Instrument } from '../../../model/instrument.js';
import { isConditionalKind, isImmediateKind, isLimitKind } from '../../../model/order-kind.js';
import type { RejectCode } from '../../../model/outcome.js';
import { PRICE_SOURCES, type PriceSource } from '../../../model/price.js';
import type { PositionMode } from '../../../model/side.js';
import type { Clock } from '../../../ports/clock.js';
import type {
  AmendOrderRequest,
  CancelOrderRequest,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../../ports/exchange-adapter.js';
import type { OrderArchive } from './order-archive.js';
import { refusingFilter } from './order-checks.js';
import type { PaperExecution } from './paper-execution.js';
import type { PaperInstruments } from './paper-instruments.js';
import {
  isOpenOrder,
  isReached,
  isRising,
  isUntriggered,
  leavesQuantity,
  type PaperOrder,
  reportOf,
} from './paper-order.js';
import { isExitOf, type PaperPositions } from './paper-positions.js';
import type { PaperRules } from './paper-rules.js';
import { requestDefect } from './request-checks.js';
import { SymbolBook } from './symbol-book.js';

/** The books: which order is accepted, and which one a price reaches. */
export class PaperMatcher {
  readonly #rules: PaperRules;
  readonly #clock: Clock;
  readonly #instruments: PaperInstruments;
  readonly #orders: OrderArchive;
  readonly #positions: PaperPositions;
  readonly #execution: PaperExecution;
  readonly #idPrefix: string;
  readonly #books = new Map<string, SymbolBook>();
  /** The book of the last price: prices of one symbol come in runs. */
  #lastBook: SymbolBook | null = null;
  #orderCount = 0;

  constructor(parts: {
    readonly rules: PaperRules;
    readonly clock: Clock;
    readonly instruments: PaperInstruments;
    readonly orders: OrderArchive;
    readonly positions: PaperPositions;
    readonly execution: PaperExecution;
    readonly idPrefix: string;
  }) {
    this.#rules = parts.rules;
    this.#clock = parts.clock;
    this.#instruments = parts.instruments;
    this.#orders = parts.orders;
    this.#positions = parts.positions;
    this.#execution = parts.execution;
    this.#idPrefix = parts.idPrefix;
  }

  /** True when orders were matched. A price that reaches no level costs two comparisons and allocates nothing. */
  acceptPrice(symbol: string, source: PriceSource, price: number, timeMs: number): boolean {
    // Written so that a price that is not a number fails as well.
    if (!(price > 0 && price < Number.POSITIVE_INFINITY)) return false;
    let book = this.#lastBook;
    if (book === null || book.symbol !== symbol) {
      book = this.bookOf(symbol);
      this.#lastBook = book;
    }
    if (!book.accept(source, price, timeMs)) return false;
    for (const order of book.takeReached(source, decimal(price))) this.#execute(order, book);
    return true;
  }

  place(request: PlaceOrderRequest): OrderOutcome {
    const instrument = this.#instruments.peek(request.symbol);
    if (instrument === undefined) return rejected('other', `unknown symbol ${request.symbol}`);
    const defect = requestDefect(request, this.#rules.positionMode);
    if (defect !== null) return rejected(defect.code, defect.detail);
    const now = this.#clock.now();
    if (request.expiresAt < now) {
      return rejected('expired-request', `arrived at ${now}, valid until ${request.expiresAt}`);
    }
    if (this.#orders.isOpenClientId(request.clientOrderId)) {
      return rejected('duplicate-client-id', `${request.clientOrderId} is open`);
    }
    const book = this.bookOf(request.symbol);
    const order = this.#newOrder(request, now);
    return this.#refusal(order, book, instrument) ?? this.#admit(order, book, instrument);
  }

  cancel(request: CancelOrderRequest): OrderOutcome {
    const order = this.#orders.findOpen(request);
    if (order === undefined) return unknownOrder(request);
    this.bookOf(order.symbol).unshelve(order);
    this.#execution.move(order, 'canceled');
    return { kind: 'accepted', report: reportOf(order) };
  }

  /** Changes a resting limit; it then counts as the newest at its price. */
  amend(request: AmendOrderRequest): OrderOutcome {
    const order = this.#orders.findOpen(request);
    if (order === undefined) return unknownOrder(request);
    if (order.kind !== 'limit')
      return rejected('unsupported-order-kind', 'only limits are amended');
    if (order.side !== request.side) return rejected('other', `the order is a ${order.side}`);
    const price = tryDecimal(request.price);
    const quantity = tryDecimal(request.quantity);
    if (price === null || quantity === null) return rejected('filter', 'not a decimal number');
    const instrument = this.#instruments.peek(order.symbol) as Instrument;
    const book = this.bookOf(order.symbol);
    const detail = this.#refusingFilter({ ...order, price, quantity }, book, instrument);
    if (detail !== null) return rejected('filter', detail);
    book.unshelve(order);
    order.price = price;
    order.quantity = quantity;
    order.seq = this.#nextSeq();
    order.updatedAt = this.#clock.now();
    // Nothing is left to execute: as at real venues, the amendment ends the order.
    if (leavesQuantity(order).lte(0)) this.#execution.move(order, 'canceled');
    else this.#rest(order, book, instrument);
    return { kind: 'accepted', report: reportOf(order) };
  }

  bookOf(symbol: string): SymbolBook {
    let book = this.#books.get(symbol);
    if (book === undefined) {
      book = new SymbolBook(symbol);
      this.#books.set(symbol, book);
    }
    return book;
  }

  #newOrder(request: PlaceOrderRequest, now: number): PaperOrder {
    const { kind, side, positionSide, reduceOnly } = request;
    const isTrigger = isConditionalKind(kind);
    const seq = this.#nextSeq();
    return {
      orderId: `${this.#idPrefix}${seq}`,
      clientOrderId: request.clientOrderId,
      symbol: request.symbol,
      side,
      positionSide,
      kind,
      quantity: decimal(request.quantity),
      price: isLimitKind(kind) ? decimal(request.price as string) : null,
      triggerPrice: isTrigger ? decimal(request.triggerPrice as string) : null,
      triggerSource: isTrigger ? (request.triggerSource ?? 'LAST') : null,
      reduceOnly,
      reduces: reduceOnly || (this.#mode === 'hedge' && isExitOf(side, positionSide)),
      rising: isRising(kind, side),
      status: 'accepted',
      executedQty: ZERO,
      executedCost: ZERO,
      avgPrice: null,
      reason: null,
      updatedAt: now,
      key: 0,
      seq,
      heapIndex: -1,
      shelf: null,
    };
  }

  /** Why the book does not take the order; `null` when it does. Nothing is changed by asking. */
  #refusal(order: PaperOrder, book: SymbolBook, instrument: Instrument): OrderOutcome | null {
    const detail = this.#refusingFilter(order, book, instrument);
    if (detail !== null) return rejected('filter', detail);
    const { symbol, side, positionSide } = order;
    if (this.#mode === 'hedge' && order.reduces && !isExitOf(side, positionSide)) {
      return rejected('reduce-only', `a ${side} opens or grows the ${positionSide} side`);
    }
    if (isImmediateKind(order.kind) || this.#fillsNow(order, book)) {
      if (order.reduces && this.#positions.reducible(symbol, side, positionSide).eq(0)) {
        return rejected('reduce-only', 'the position holds nothing to reduce');
      }
      if (Number.isNaN(book.fillPrice(side))) return rejected('market-closed', 'no price yet');
    }
    if (order.triggerPrice !== null && this.#rules.judgesAtOnce && isPassed(order, book)) {
      const price = book.judgingPrice(order);
      return rejected(
        'would-trigger',
        `the ${order.triggerSource} price ${price} is past the level`,
      );
    }
    return null;
  }

  #admit(order: PaperOrder, book: SymbolBook, instrument: Instrument): OrderOutcome {
    this.#orders.add(order);
    if (order.kind === 'market') {
      this.#execution.announce(order);
      this.#execution.fillAtMarket(order, book.fillPrice(order.side), instrument);
    } else if (order.kind === 'ioc-limit') {
      this.#execution.announce(order);
      this.#fillOrExpire(order, book, instrument);
    } else {
      this.#rest(order, book, instrument);
    }
    return { kind: 'accepted', report: reportOf(order) };
  }

  /** Announces the order; what is not filled on arrival waits for its level. */
  #rest(order: PaperOrder, book: SymbolBook, instrument: Instrument): void {
    this.#execution.announce(order);
    if (order.kind === 'limit' && this.#fillsNow(order, book)) {
      this.#execution.fillOnArrival(order, book.fillPrice(order.side), instrument);
    }
    if (isOpenOrder(order)) book.shelve(order);
  }

  /** What does not fill at once is over, even where orders are judged from the next price on. */
  #fillOrExpire(order: PaperOrder, book: SymbolBook, instrument: Instrument): void {
    if (isPassed(order, book)) {
      this.#execution.fillOnArrival(order, book.fillPrice(order.side), instrument);
    }
    if (isOpenOrder(order)) this.#execution.move(order, 'expired', 'immediate or cancel');
  }

  #execute(order: PaperOrder, book: SymbolBook): void {
    const instrument = this.#instruments.peek(order.symbol) as Instrument;
    if (!isUntriggered(order)) {
      this.#execution.fillResting(order, instrument);
      if (isOpenOrder(order)) book.shelve(order);
      return;
    }
    this.#execution.move(order, 'triggered');
    if (order.price === null) {
      this.#execution.fillAtMarket(order, book.fillPrice(order.side), instrument);
    } else this.#becomeLimit(order, book, instrument);
  }

  /** From its trigger on it is a limit: it fills up to its price, and rests for what is left. */
  #becomeLimit(order: PaperOrder, book: SymbolBook, instrument: Instrument): void {
    order.rising = isRising('limit', order.side);
    if (isPassed(order, book)) {
      this.#execution.fillOnArrival(order, book.fillPrice(order.side), instrument);
    }
    if (isOpenOrder(order)) book.shelve(order);
  }

  /** Whether the order executes on arrival. */
  #fillsNow(order: PaperOrder, book: SymbolBook): boolean {
    if (order.kind === 'market') return true;
    return order.kind === 'limit' && this.#rules.judgesAtOnce && isPassed(order, book);
  }

  #refusingFilter(order: PaperOrder, book: SymbolBook, instrument: Instrument): string | null {
    const fillPrice = known(book.fillPrice(order.side));
    return refusingFilter({ ...order, fillPrice, bandPrice: known(book.bandPrice()) }, instrument);
  }

  #nextSeq(): number {
    this.#orderCount += 1;
    return this.#orderCount;
  }

  get #mode(): PositionMode {
    return this.#rules.positionMode;
  }
}

/** Whether the current price of the order's own source reaches its level. */
function isPassed(order: PaperOrder, book: SymbolBook): boolean {
  const price = known(book.judgingPrice(order));
  return price !== null && isReached(order, price);
}

function known(price: number): Decimal | null {
  return Number.isNaN(price) ? null : decimal(price);
}

function rejected(code: RejectCode, detail: string): OrderOutcome {
  return { kind: 'rejected', rejection: { code, detail } };
}

function unknownOrder(request: CancelOrderRequest): OrderOutcome {
  return rejected('unknown-order', `no open order ${request.orderId ?? request.clientOrderId}`);
}

/** The sources that have a price, for queries. */
export function knownSources(book: SymbolBook): readonly PriceSource[] {
  return PRICE_SOURCES.filter((source) => book.channel(source).isFed);
}
