import { type DecimalString, decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import type { WirePositionSide } from '../../model/side.js';
import type {
  CancelOrderRequest,
  ExchangeAdapter,
  FillReport,
  OrderOutcome,
  OrderStatusReport,
  PlaceOrderRequest,
} from '../../ports/exchange-adapter.js';
import type { ExchangeHarness } from './exchange-harness.js';
import { RecordingExchangeSink } from './recording-exchange-sink.js';

/** A connected account that trades at the start price. */
export async function open(harness: ExchangeHarness): Promise<ContractAccount> {
  const sink = new RecordingExchangeSink();
  await harness.adapter.connect(sink);
  await harness.setPrice(harness.prices.start);
  const settle = <Result>(call: Promise<Result>) => harness.settle?.(call) ?? call;
  const { positionMode } = await settle(harness.adapter.fetchAccount());
  await settle(harness.adapter.fetchInstrument(harness.symbol));
  return new ContractAccount(harness, sink, positionMode === 'hedge' ? 'LONG' : 'BOTH');
}

/** The calls that the cards are written in. */
export class ContractAccount {
  readonly adapter: ExchangeAdapter;
  readonly sink: RecordingExchangeSink;
  readonly #harness: ExchangeHarness;
  readonly #positionSide: WirePositionSide;

  constructor(
    harness: ExchangeHarness,
    sink: RecordingExchangeSink,
    positionSide: WirePositionSide,
  ) {
    this.adapter = harness.adapter;
    this.sink = sink;
    this.#harness = harness;
    this.#positionSide = positionSide;
  }

  settle<Result>(call: Promise<Result>): Promise<Result> {
    return this.#harness.settle?.(call) ?? call;
  }

  async place(request: PlaceOrderRequest): Promise<OrderOutcome> {
    const outcome = await this.settle(this.adapter.placeOrder(request));
    await this.#harness.drain?.();
    return outcome;
  }

  /** Opens a LONG position of the harness's quantity. */
  enter(clientOrderId: string): Promise<OrderOutcome> {
    return this.place(this.entry(clientOrderId));
  }

  entry(clientOrderId: string): PlaceOrderRequest {
    const { symbol, quantity } = this.#harness;
    return {
      clientOrderId,
      symbol,
      side: 'BUY',
      positionSide: this.#positionSide,
      kind: 'market',
      quantity,
      reduceOnly: false,
      expiresAt: this.#harness.now() + VALID_MS,
    };
  }

  exit(clientOrderId: string): PlaceOrderRequest {
    return { ...this.entry(clientOrderId), side: 'SELL', reduceOnly: true };
  }

  stop(clientOrderId: string): PlaceOrderRequest {
    return {
      ...this.exit(clientOrderId),
      kind: 'stop-market',
      triggerPrice: this.#harness.prices.low,
      triggerSource: 'LAST',
    };
  }

  /** A limit at the price that ends at once. */
  immediateLimit(clientOrderId: string, price: DecimalString): PlaceOrderRequest {
    return { ...this.exit(clientOrderId), kind: 'ioc-limit', price };
  }

  /** A stop at the lowest price that becomes a limit at another one. */
  stopLimit(clientOrderId: string, price: DecimalString): PlaceOrderRequest {
    return { ...this.stop(clientOrderId), kind: 'stop-limit', price };
  }

  takeProfit(clientOrderId: string): PlaceOrderRequest & { readonly price: DecimalString } {
    return { ...this.exit(clientOrderId), kind: 'limit', price: this.#harness.prices.high };
  }

  /** Lets the venue trade at another price, and waits until everything that follows was told. */
  async moveTo(price: DecimalString): Promise<void> {
    await this.#harness.setPrice(price);
    await this.#harness.drain?.();
  }

  /** An order by our id, whatever became of it. */
  find({ clientOrderId, kind }: PlaceOrderRequest): Promise<OrderStatusReport | null> {
    return this.settle(this.adapter.fetchOrder({ ...this.query(clientOrderId), kind }));
  }

  /** Open orders of the symbol. */
  open(): Promise<readonly OrderStatusReport[]> {
    return this.settle(this.adapter.fetchOpenOrders(this.#harness.symbol));
  }

  /** Their client order ids, sorted. */
  async openIds(): Promise<string> {
    const orders = await this.open();
    return orders
      .map(({ clientOrderId }) => clientOrderId)
      .sort()
      .join();
  }

  query(clientOrderId: string): { symbol: string; clientOrderId: string; kind: 'market' } {
    return { symbol: this.#harness.symbol, clientOrderId, kind: 'market' };
  }

  cancel(clientOrderId: string): CancelOrderRequest {
    return this.query(clientOrderId);
  }

  async held(): Promise<string> {
    const positions = await this.settle(this.adapter.fetchPositions(this.#harness.symbol));
    const long = positions.find(({ side }) => side === 'LONG');
    return toDecimalString(decimal(long?.quantity ?? '0'));
  }
}

/** How long requests of the suite are valid, ms of venue time. */
const VALID_MS = 60_000;

export function codeOf(outcome: OrderOutcome): string {
  return outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
}

export function tradeIds(fills: readonly FillReport[]): ReadonlySet<string> {
  return new Set(fills.map(({ trade }) => trade.tradeId));
}

export function executed(fills: readonly FillReport[]): string {
  return toDecimalString(sumDecimals(fills.map(({ trade }) => decimal(trade.quantity))));
}
