import type { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import type { RejectCode } from '../../src/model/outcome.js';
import type {
  AccountReport,
  CancelOrderRequest,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSink,
  FillReport,
  OrderOutcome,
  OrderQuery,
  OrderStatusReport,
  PlaceOrderRequest,
  PositionStatusReport,
} from '../../src/ports/exchange-adapter.js';

/** One write as the adapter got it. Reads are kept by name alone. */
export type RecordedCall =
  | { readonly call: 'place'; readonly orders: readonly PlaceOrderRequest[] }
  | { readonly call: 'cancel'; readonly order: CancelOrderRequest }
  | { readonly call: 'read'; readonly member: string };

export type PushedEvent =
  | { readonly kind: 'order'; readonly report: OrderStatusReport }
  | { readonly kind: 'fill'; readonly report: FillReport }
  | { readonly kind: 'position'; readonly report: PositionStatusReport };

export interface RecordingOptions {
  readonly capabilities?: Partial<ExchangeCapabilities>;
  readonly account?: Partial<AccountReport>;
  /** A venue that cannot take several orders in one request. */
  readonly withoutBatch?: boolean;
  /** A venue with prices of its own: ticks of the feed and fills of the host do not reach the book. */
  readonly live?: boolean;
}

/**
 * A paper exchange that writes down every request, exactly as an adapter gets it, and answers as a script says.
 *
 * No latency and no faults in transit: those are the business of `ScriptedExchange`.
 */
export class RecordingExchange implements ExchangeAdapter {
  readonly id = 'recording';
  readonly capabilities: ExchangeCapabilities;
  readonly paper: PaperExchange;
  readonly calls: RecordedCall[] = [];
  /** Asked for each placement before the book is; `null` lets the book decide. */
  refuse: ((request: PlaceOrderRequest) => RejectCode | null) | null = null;
  /** What the adapter returns instead of asking the book; `undefined` lets the book decide. */
  garble: ((request: PlaceOrderRequest) => unknown) | null = null;
  /** Asked for each cancellation; `null` lets the book decide. */
  answerCancel: ((request: CancelOrderRequest) => OrderOutcome | null) | null = null;
  /** What the account is said to hold, instead of the truth. */
  positionsAnswer:
    | ((truth: readonly PositionStatusReport[]) => readonly PositionStatusReport[])
    | null = null;
  /** Events of the account stream get lost without a word; `lost` keeps them. */
  muted = false;
  readonly lost: PushedEvent[] = [];
  /** Reads that fail. */
  readonly failing = new Set<string>();
  readonly placeOrders?: NonNullable<ExchangeAdapter['placeOrders']>;
  readonly acceptPrice?: NonNullable<ExchangeAdapter['acceptPrice']>;
  readonly acceptHostFill?: NonNullable<ExchangeAdapter['acceptHostFill']>;
  /** What the exchange tells of funding, where a test gives it. */
  fetchFunding?: NonNullable<ExchangeAdapter['fetchFunding']>;
  sink: ExchangeSink | null = null;
  readonly #account: Partial<AccountReport>;

  constructor(paper: PaperExchange, options: RecordingOptions = {}) {
    this.paper = paper;
    this.capabilities = {
      ...paper.capabilities,
      ...(options.live && { live: true, pricesConfirmThemselves: false }),
      ...options.capabilities,
    };
    if (!options.live) {
      this.acceptPrice = (...price) => this.paper.acceptPrice(...price);
      this.acceptHostFill = (fill) => this.paper.acceptHostFill(fill);
    }
    this.#account = options.account ?? {};
    if (!options.withoutBatch) {
      this.placeOrders = (orders) => {
        this.calls.push({ call: 'place', orders });
        return Promise.all(orders.map((order) => this.#answer(order)));
      };
    }
  }

  connect(sink: ExchangeSink): Promise<void> {
    this.sink = sink;
    return this.paper.connect({
      order: (report) => this.#push({ kind: 'order', report }),
      fill: (report) => this.#push({ kind: 'fill', report }),
      position: (report) => this.#push({ kind: 'position', report }),
      connection: (state, reason) => sink.connection(state, reason),
      gap: (reason) => sink.gap(reason),
    });
  }

  /** Only the line is cut: the account lives on and can be looked at. */
  close(): Promise<void> {
    this.sink = null;
    return this.paper.connect({ order() {}, fill() {}, position() {}, connection() {}, gap() {} });
  }

  async fetchAccount(): Promise<AccountReport> {
    return {
      ...(await this.#read('fetchAccount', () => this.paper.fetchAccount())),
      ...this.#account,
    };
  }

  fetchInstrument(symbol: string) {
    return this.#read('fetchInstrument', () => this.paper.fetchInstrument(symbol));
  }

  placeOrder(order: PlaceOrderRequest): Promise<OrderOutcome> {
    this.calls.push({ call: 'place', orders: [order] });
    return this.#answer(order);
  }

  async cancelOrder(order: CancelOrderRequest): Promise<OrderOutcome> {
    this.calls.push({ call: 'cancel', order });
    return this.answerCancel?.(order) ?? this.paper.cancelOrder(order);
  }

  fetchOrder(query: OrderQuery): Promise<OrderStatusReport | null> {
    return this.#read('fetchOrder', () => this.paper.fetchOrder(query));
  }

  fetchOpenOrders(symbol?: string) {
    return this.#read('fetchOpenOrders', () => this.paper.fetchOpenOrders(symbol));
  }

  fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    return this.#read('fetchPositions', async () => {
      const truth = await this.paper.fetchPositions(symbol);
      return this.positionsAnswer?.(truth) ?? truth;
    });
  }

  fetchFills(symbol: string, sinceMs: number) {
    return this.#read('fetchFills', () => this.paper.fetchFills(symbol, sinceMs));
  }

  fetchServerTime(): Promise<number> {
    return this.paper.fetchServerTime();
  }

  fetchPrices(symbol: string) {
    return this.#read('fetchPrices', () => this.paper.fetchPrices(symbol));
  }

  /** Every order that was asked for, batches flattened. */
  get placed(): readonly PlaceOrderRequest[] {
    return this.calls.flatMap((call) => (call.call === 'place' ? call.orders : []));
  }

  get cancelled(): readonly CancelOrderRequest[] {
    return this.calls.flatMap((call) => (call.call === 'cancel' ? [call.order] : []));
  }

  get writes(): readonly RecordedCall[] {
    return this.calls.filter(({ call }) => call !== 'read');
  }

  forget(): void {
    this.calls.length = 0;
  }

  /** Says something on the account stream. */
  push(event: PushedEvent): void {
    if (event.kind === 'order') this.sink?.order(event.report);
    else if (event.kind === 'fill') this.sink?.fill(event.report);
    else this.sink?.position(event.report);
  }

  #push(event: PushedEvent): void {
    if (this.muted) this.lost.push(event);
    else this.push(event);
  }

  async #answer(order: PlaceOrderRequest): Promise<OrderOutcome> {
    const code = this.refuse?.(order) ?? null;
    if (code !== null) return { kind: 'rejected', rejection: { code, detail: `scripted ${code}` } };
    const garbled = this.garble?.(order);
    if (garbled !== undefined) return garbled as OrderOutcome;
    return this.paper.placeOrder(order);
  }

  #read<Result>(member: string, act: () => Promise<Result>): Promise<Result> {
    this.calls.push({ call: 'read', member });
    if (this.failing.has(member)) return Promise.reject(new Error(`scripted: ${member} failed`));
    return act();
  }
}
