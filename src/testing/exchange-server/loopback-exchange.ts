import { decimal } from '../../model/decimal.js';
import { PRICE_SOURCES, type PriceSource } from '../../model/price.js';
import type { PositionMode } from '../../model/side.js';
import { AccountBook } from './account-book.js';
import { BarBook } from './bar-book.js';
import { ConditionalDesk } from './conditional-desk.js';
import type { ResolvedServerOptions, ServerInstrument } from './exchange-server-options.js';
import { OrderDesk } from './order-desk.js';
import type { ServerNews } from './order-record.js';
import type { ServerDialect } from './server-dialect.js';
import { refusal } from './wire-refusal.js';

/** The exchange behind the doors: orders, conditions, account and market of one account, without any transport. */
export class LoopbackExchange {
  readonly dialect: ServerDialect;
  readonly options: ResolvedServerOptions;
  readonly orders: OrderDesk;
  readonly conditionals: ConditionalDesk;
  readonly book: AccountBook;
  readonly bars = new BarBook();
  readonly instruments: ReadonlyMap<string, ServerInstrument>;
  /** What happens, for the streams. */
  onNews: (news: ServerNews) => void = () => {};
  /** The market of a symbol moved. */
  onMarket: (symbol: string, hasTraded: boolean) => void = () => {};
  #generatedIds = 0;

  constructor(options: ResolvedServerOptions) {
    this.options = options;
    this.dialect = options.dialect;
    this.instruments = new Map(options.instruments.map((input) => [input.symbol, input]));
    this.book = new AccountBook(decimal(options.balance));
    const { clock, instruments, positionMode } = options;
    this.orders = new OrderDesk(clock, instruments, positionMode, this.book);
    this.conditionals = new ConditionalDesk(this.orders, options);
    this.orders.onNews = (news) => {
      this.onNews(news);
      if (news.kind === 'position') this.conditionals.onPosition(news.symbol);
    };
    this.orders.onEnded = (order) => this.conditionals.onChildEnded(order);
    this.conditionals.onNews = (news) => this.onNews(news);
    for (const { symbol, price } of instruments) this.move(symbol, price);
  }

  /** Exchange time, ms. */
  now(): number {
    return this.orders.venue.now();
  }

  get positionMode(): PositionMode {
    return this.orders.venue.positionMode;
  }

  /** @throws WireRefusal as the exchange does */
  setPositionMode(mode: PositionMode): void {
    if (mode === this.positionMode) throw refusal(-4059);
    if (this.orders.open.length > 0 || this.conditionals.open.length > 0) throw refusal(-4067);
    if (!this.book.isFlat) throw refusal(-4068);
    this.orders.setPositionMode(mode);
  }

  input(symbol: string): ServerInstrument {
    const found = this.instruments.get(symbol);
    if (found === undefined) throw refusal(-1121);
    return found;
  }

  /** A client id for an order that came without one. */
  generatedClientId(): string {
    this.#generatedIds += 1;
    return `gen${this.#generatedIds.toString(36).padStart(19, '0')}`;
  }

  /**
   * The market moves. Sources that are not named follow the price; bid and ask are one tick apart.
   *
   * @throws RangeError for a price off the tick grid
   */
  move(
    symbol: string,
    price: number | string,
    others: Partial<Record<PriceSource, number | string>> = {},
  ): void {
    const instrument = this.orders.venue.instrument(symbol);
    if (instrument === undefined) throw new RangeError(`${symbol} does not trade here`);
    const ticksOf = (value: number | string): number => {
      const ticks = instrument.ticks(Number(value));
      if (ticks === null) throw new RangeError(`${value} is not on the tick grid of ${symbol}`);
      return ticks;
    };
    const last = ticksOf(others.LAST ?? price);
    const prices: Record<PriceSource, number> = {
      LAST: last,
      MARK: ticksOf(others.MARK ?? price),
      INDEX: ticksOf(others.INDEX ?? price),
      BID: others.BID === undefined ? last : ticksOf(others.BID),
      ASK: others.ASK === undefined ? last + 1 : ticksOf(others.ASK),
    };
    // LAST goes last: what it executes sees every other price of the same moment.
    for (const source of PRICE_SOURCES)
      if (source !== 'LAST') this.#set(symbol, source, prices[source]);
    this.#set(symbol, 'LAST', last);
    this.onMarket(symbol, true);
    for (const source of ['MARK', 'LAST'] as const) {
      this.conditionals.onPrice(symbol, source, prices[source]);
    }
  }

  /** One source alone moves. */
  moveSource(symbol: string, source: PriceSource, price: number | string): void {
    const ticks = this.orders.venue.instrument(symbol)?.ticks(Number(price)) ?? null;
    if (ticks === null) throw new RangeError(`${price} is not a price of ${symbol}`);
    this.#set(symbol, source, ticks);
    this.onMarket(symbol, source === 'LAST');
    this.conditionals.onPrice(symbol, source, ticks);
  }

  #set(symbol: string, source: PriceSource, ticks: number): void {
    this.orders.venue.setPrice(symbol, source, ticks);
    if (source !== 'LAST') return;
    const price = Number(this.orders.instrument(symbol).price(ticks));
    this.bars.add(symbol, price, this.now());
  }
}
