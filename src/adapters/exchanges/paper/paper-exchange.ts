import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import { ExchangeError } from '../../../errors/exchange-error.js';
import { PAPER_BATCH_SIZE } from '../../../limits.js';
import {
  type Decimal,
  type DecimalInput,
  decimal,
  tryDecimal,
  ZERO,
} from '../../../model/decimal.js';
import type { InstrumentInput } from '../../../model/instrument.js';
import type { PriceSource } from '../../../model/price.js';
import { entrySideOf } from '../../../model/side.js';
import { SystemClock } from '../../../platform/system-clock.js';
import type { Clock } from '../../../ports/clock.js';
import type {
  AccountReport,
  AmendOrderRequest,
  CancelOrderRequest,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSink,
  FillReport,
  HostFillReport,
  OrderOutcome,
  OrderQuery,
  OrderStatusReport,
  PlaceOrderRequest,
  PositionStatusReport,
  PriceStatusReport,
} from '../../../ports/exchange-adapter.js';
import { harmless } from '../../../ports/harmless-logger.js';
import { SILENT_LOGGER } from '../../../ports/logger.js';
import { FillArchive } from './fill-archive.js';
import { HostFillLedger } from './host-fill-ledger.js';
import { OrderArchive } from './order-archive.js';
import { PAPER_CAPABILITIES } from './paper-capabilities.js';
import type { PaperExchangeOptions, PaperPositionSeed } from './paper-exchange-options.js';
import { PaperExecution } from './paper-execution.js';
import { isPromiseLike, PaperInstruments } from './paper-instruments.js';
import { knownSources, PaperMatcher } from './paper-matcher.js';
import { reportOf } from './paper-order.js';
import { PaperPositions } from './paper-positions.js';
import { paperRulesFrom } from './paper-rules.js';
import { type LostReply, PaperWire } from './paper-wire.js';

/**
 * An exchange in memory: real prices in, simulated orders, positions and events out.
 *
 * It matches orders of every kind against the prices it is told, clamps what may only reduce at the moment of the match,
 * and keeps hedge or one-way positions. With ideal fills (the default) it is what `replay` and `simulateOnly` run on;
 * latency, fees, slippage and partial fills are options. Without latency everything happens inside the call, listeners
 * included; the returned promise resolves afterwards.
 *
 * A sell is filled at the BID where bids are fed, else at LAST, else at MARK; a buy at the ASK. A trigger is judged
 * on the source it names; while that source has no price, the next best one stands in. Margin, funding, liquidation
 * and price protection are not simulated.
 *
 * The account is the object: `close()` cuts the connection and keeps orders and positions, and a later `connect()`
 * finds them again, so a restart of the monitor can be rehearsed. Orders can be placed before `connect()`.
 *
 * @example
 * const exchange = new PaperExchange({
 *   instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
 * });
 * exchange.acceptPrice('BTCUSDT', 'LAST', 45_000, 0);
 */
export class PaperExchange implements ExchangeAdapter {
  readonly id = 'paper';
  readonly capabilities: ExchangeCapabilities = PAPER_CAPABILITIES;
  readonly #account: AccountReport;
  readonly #clock: Clock;
  readonly #wire: PaperWire;
  readonly #instruments: PaperInstruments;
  readonly #orders = new OrderArchive();
  readonly #fills = new FillArchive();
  readonly #hostFills = new HostFillLedger();
  readonly #positions: PaperPositions;
  readonly #matcher: PaperMatcher;
  readonly #idPrefix: string;

  /** @throws ConfigError `CONFIG_INVALID`, `INSTRUMENT_UNSUPPORTED` */
  constructor(options: PaperExchangeOptions) {
    const rules = paperRulesFrom(options);
    const clock = options.clock ?? new SystemClock();
    const idPrefix = options.idPrefix ?? `paper-${Math.floor(clock.now()).toString(36)}-`;
    const { positionMode } = rules;
    this.#account = {
      accountId: options.accountId ?? 'paper',
      positionMode,
      permissions: { trade: true, withdraw: false },
    };
    this.#clock = clock;
    this.#idPrefix = idPrefix;
    this.#wire = new PaperWire(clock, rules.latencyMs, harmless(options.logger ?? SILENT_LOGGER));
    this.#instruments = new PaperInstruments(options.instruments);
    this.#positions = new PaperPositions(positionMode);
    const parts = {
      rules,
      clock,
      wire: this.#wire,
      orders: this.#orders,
      positions: this.#positions,
      idPrefix,
    };
    const execution = new PaperExecution({
      ...parts,
      fills: this.#fills,
      onTrade: options.onTrade ?? null,
    });
    this.#matcher = new PaperMatcher({ ...parts, instruments: this.#instruments, execution });
    for (const seed of options.positions ?? []) this.#seed(seed);
  }

  /** Tells `connected` before it returns. The latest caller is the one that is told events. */
  connect(sink: ExchangeSink): Promise<void> {
    this.#wire.open(sink);
    return Promise.resolve();
  }

  /**
   * Cuts the connection and clears every timer. Orders and positions stay, and prices still match.
   *
   * Requests under way end as they would at a lost connection: `not-sent` when they had not arrived, `unknown` when
   * only the answer is lost. Later writes end as `not-sent`, later reads reject.
   */
  close(): Promise<void> {
    this.#wire.close();
    return Promise.resolve();
  }

  /** Takes the event stream down, for rehearsals: events are lost, requests still work. */
  interruptStream(reason = 'interrupted'): void {
    this.#wire.interrupt(reason);
  }

  /** Brings the event stream back; says `connected`, then `gap`. */
  resumeStream(reason = 'the stream was interrupted'): void {
    this.#wire.resume(reason);
  }

  fetchAccount(): Promise<AccountReport> {
    return this.#read(() => this.#account);
  }

  fetchInstrument(symbol: string): Promise<InstrumentInput> {
    try {
      const loaded = this.#instruments.load(symbol);
      if (isPromiseLike(loaded)) return loaded.then((input) => this.#read(() => input));
      return this.#read(() => loaded);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome> {
    return this.#withInstruments([request.symbol], notSent, () =>
      this.#wire.request(() => this.#matcher.place(request), lostWrite),
    );
  }

  placeOrders(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    const symbols = requests.map((request) => request.symbol);
    const all = (outcome: OrderOutcome) => requests.map(() => outcome);
    if (requests.length > PAPER_BATCH_SIZE) return Promise.resolve(all(BATCH_TOO_LARGE));
    return this.#withInstruments(
      symbols,
      (detail) => all(notSent(detail)),
      () =>
        this.#wire.request(
          () => requests.map((request) => this.#matcher.place(request)),
          (arrived) => all(lostWrite(arrived)),
        ),
    );
  }

  cancelOrder(request: CancelOrderRequest): Promise<OrderOutcome> {
    return this.#wire.request(() => this.#matcher.cancel(request), lostWrite);
  }

  cancelOrders(requests: readonly CancelOrderRequest[]): Promise<readonly OrderOutcome[]> {
    const all = (outcome: OrderOutcome) => requests.map(() => outcome);
    if (requests.length > PAPER_BATCH_SIZE) return Promise.resolve(all(BATCH_TOO_LARGE));
    return this.#wire.request(
      () => requests.map((request) => this.#matcher.cancel(request)),
      (arrived) => all(lostWrite(arrived)),
    );
  }

  amendOrder(request: AmendOrderRequest): Promise<OrderOutcome> {
    return this.#wire.request(() => this.#matcher.amend(request), lostWrite);
  }

  /** Finds terminal orders as well, the latest of a client id; the oldest ones are forgotten some day. */
  fetchOrder(query: OrderQuery): Promise<OrderStatusReport | null> {
    return this.#read(() => {
      const order = this.#orders.find(query);
      return order === undefined ? null : reportOf(order);
    });
  }

  fetchOpenOrders(symbol?: string): Promise<readonly OrderStatusReport[]> {
    return this.#read(() => this.#orders.open(symbol).map((order) => reportOf(order)));
  }

  fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    return this.#read(() => this.#positions.held(symbol));
  }

  /** Executions of this exchange; what `acceptHostFill` booked is not among them. */
  fetchFills(symbol: string, sinceMs: number): Promise<readonly FillReport[]> {
    return this.#read(() => this.#fills.since(symbol, sinceMs));
  }

  fetchServerTime(): Promise<number> {
    return this.#read(() => this.#clock.now());
  }

  fetchPrices(symbol: string): Promise<readonly PriceStatusReport[]> {
    return this.#read(() => {
      const book = this.#matcher.bookOf(symbol);
      return knownSources(book).map((source) => {
        const { price, timeMs } = book.channel(source);
        return { source, price, time: timeMs > 0 ? timeMs : this.#clock.now() };
      });
    });
  }

  /**
   * Takes a price and matches what it reaches. Prices that are not above zero and finite are ignored.
   *
   * @param price quote units; the exact decimal is the shortest one that reads as this number
   * @param timeMs when the exchange made it, ms since 1970 UTC; 0 when unknown
   */
  acceptPrice(symbol: string, source: PriceSource, price: number, timeMs: number): void {
    if (this.#matcher.acceptPrice(symbol, source, price, timeMs)) this.#wire.flush();
  }

  /**
   * Books an execution that happened elsewhere into the position; only what is new of its order counts.
   *
   * Executions of this exchange's own orders are recognised and left out. A position update is told, order and fill
   * events are not.
   */
  acceptHostFill(fill: HostFillReport): void {
    if (this.#isOwn(fill)) return;
    const growth = this.#hostFills.growth(fill);
    if (growth === null) return;
    const { symbol, side, positionSide, reduceOnly } = fill;
    const market = this.#matcher.bookOf(symbol).fillPrice(side);
    const changed = this.#positions.applyForeign({
      symbol,
      side,
      positionSide,
      quantity: growth.quantity,
      // A host that does not know its price yet is believed on the quantity.
      price: growth.price ?? (Number.isNaN(market) ? ZERO : decimal(market)),
      time: this.#clock.now(),
      reduceOnly,
    });
    for (const report of changed) this.#wire.emit((sink) => sink.position(report));
    this.#wire.flush();
  }

  #isOwn({ symbol, orderId, clientOrderId }: HostFillReport): boolean {
    if (orderId.startsWith(this.#idPrefix)) return true;
    if (clientOrderId === undefined) return false;
    return this.#orders.find({ symbol, clientOrderId })?.executedQty.gt(0) ?? false;
  }

  #seed({ symbol, side, quantity, entryPrice }: PaperPositionSeed): void {
    this.#positions.applyForeign({
      symbol,
      side: entrySideOf(side),
      positionSide: side,
      quantity: seedAmount('quantity', quantity),
      price: seedAmount('entryPrice', entryPrice),
      time: this.#clock.now(),
      reduceOnly: false,
    });
  }

  #read<Result>(act: () => Result): Promise<Result> {
    return this.#wire.request(act, lostRead);
  }

  /** Runs at once when every instrument is known; an instrument that cannot be had means that nothing was sent. */
  #withInstruments<Result>(
    symbols: readonly string[],
    failed: (detail: string) => Result,
    send: () => Promise<Result>,
  ): Promise<Result> {
    const missing = [...new Set(symbols)].filter((symbol) => this.#instruments.canLoad(symbol));
    if (missing.length === 0) return send();
    const loading: unknown[] = [];
    try {
      for (const symbol of missing) loading.push(this.#instruments.load(symbol));
    } catch (error) {
      return Promise.resolve(failed(`no instrument: ${String(error)}`));
    }
    if (!loading.some(isPromiseLike)) return send();
    return Promise.all(loading).then(send, (error) => failed(`no instrument: ${String(error)}`));
  }
}

function seedAmount(field: string, value: DecimalInput): Decimal {
  const read = tryDecimal(value);
  if (read === null || read.lte(0)) {
    throw new ConfigError('CONFIG_INVALID', `Paper exchange, option positions, ${field}`, {
      expected: 'a number above zero',
      received: describe(value),
    });
  }
  return read;
}

const BATCH_TOO_LARGE: OrderOutcome = {
  kind: 'rejected',
  rejection: { code: 'other', detail: `a batch holds at most ${PAPER_BATCH_SIZE} orders` },
};

function notSent(detail: string): OrderOutcome {
  return { kind: 'not-sent', detail };
}

const lostWrite: LostReply<OrderOutcome> = (arrived) =>
  arrived
    ? { kind: 'unknown', detail: 'the connection was closed before the answer came' }
    : notSent('the connection is closed');

const lostRead: LostReply<never> = () => {
  throw new ExchangeError('EXCHANGE_UNREACHABLE', 'The paper exchange is closed', {
    remedy: 'Connect again first',
  });
};
