import { ExchangeError } from '../../../errors/exchange-error.js';
import { INSTRUMENTS_FRESH_MS } from '../../../limits.js';
import type { InstrumentInput } from '../../../model/instrument.js';
import { createResilientStream } from '../../../platform/sockets/resilient-stream.js';
import type { CreateWebSocket } from '../../../platform/sockets/web-socket-like.js';
import type { Clock } from '../../../ports/clock.js';
import type {
  AccountReport,
  AmendOrderRequest,
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
  PriceStatusReport,
  RequestUsage,
} from '../../../ports/exchange-adapter.js';
import type { Logger } from '../../../ports/logger.js';
import { AccountStream } from './account-stream/account-stream.js';
import type { RequestBudget } from './budget/request-budget.js';
import {
  readLastPrice,
  readPositionMode,
  readPositions,
  readPremiumIndex,
  readServerTime,
} from './codec/account.js';
import { type ExchangeInfo, readExchangeInfo } from './codec/instruments.js';
import { ConditionalOrders } from './conditional-orders.js';
import type { Dialect } from './dialect.js';
import { capabilitiesOf } from './dialect-capabilities.js';
import { IncomeReader } from './income-reader.js';
import { OrderReader } from './order-reader.js';
import { OrderWriter } from './order-writer.js';
import type { RestClient } from './rest-call.js';
import { type ReadCall, readBody } from './rest-read.js';
import { TradeReader } from './trade-reader.js';

export interface DialectExchangeOptions {
  /** Stamped into the store. */
  readonly id: string;
  readonly dialect: Dialect;
  readonly streamUrl: string;
  readonly client: RestClient;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly webSockets: () => Promise<CreateWebSocket>;
  readonly accountId: () => Promise<string>;
  /** False for test networks. */
  readonly live: boolean;
}

/** An account at an exchange that speaks Binance's dialect. */
export class DialectExchange implements ExchangeAdapter {
  readonly id: string;
  readonly fetchFunding?: NonNullable<ExchangeAdapter['fetchFunding']>;
  readonly #options: DialectExchangeOptions;
  readonly #conditionals = new ConditionalOrders();
  readonly #orders: OrderReader;
  readonly #trades: TradeReader;
  readonly #writer: OrderWriter;
  #capabilities: ExchangeCapabilities;
  #info: { readonly value: Promise<ExchangeInfo>; readonly readAt: number } | null = null;
  #stream: AccountStream | null = null;
  #closed = false;

  constructor(options: DialectExchangeOptions) {
    this.id = options.id;
    this.#options = options;
    const { dialect, client } = options;
    const conditionals = this.#conditionals;
    this.#capabilities = capabilitiesOf(dialect, null, options.live);
    this.#orders = new OrderReader(dialect, client, conditionals);
    this.#trades = new TradeReader({ dialect, client, conditionals, orders: this.#orders });
    const { income } = dialect.paths;
    if (income !== null) {
      const reader = new IncomeReader(income, client);
      this.fetchFunding = (symbol, sinceMs) => reader.funding(symbol, sinceMs);
    }
    this.#writer = new OrderWriter({
      dialect,
      client,
      conditionals,
      watch: {
        sent: (clientOrderId) => this.#stream?.canary.sent(clientOrderId),
        accepted: (clientOrderId) => this.#stream?.canary.accepted(clientOrderId),
        dismissed: (clientOrderId) => this.#stream?.canary.dismissed(clientOrderId),
      },
    });
  }

  get capabilities(): ExchangeCapabilities {
    return this.#capabilities;
  }

  /** May be called again after it failed. */
  async connect(sink: ExchangeSink): Promise<void> {
    this.#refuseClosed();
    const { client, dialect, budget, live, webSockets, streamUrl, clock, logger, random } =
      this.#options;
    await client.syncClock();
    const [info, createWebSocket] = await Promise.all([this.#exchangeInfo(), webSockets()]);
    budget.setLimits(info.rateLimits);
    this.#capabilities = capabilitiesOf(dialect, info.conditionalsPerSymbol, live);
    this.#refuseClosed();
    const stream = new AccountStream({
      dialect,
      streamUrl,
      client,
      clock,
      sink,
      logger,
      createWebSocket,
      random,
      createStream: createResilientStream,
      conditionals: this.#conditionals,
      findParent: ({ symbol, orderId, time }) =>
        this.#orders.findParents(symbol, new Set([orderId]), time),
      lookUp: ({ symbol, orderId }) => this.#orders.order({ symbol, orderId }),
    });
    this.#stream?.close();
    this.#stream = stream;
    try {
      await stream.open();
    } catch (error) {
      stream.close();
      if (this.#stream === stream) this.#stream = null;
      throw connectFailure(error);
    }
    if (this.#closed) stream.close();
  }

  requestUsage(): readonly RequestUsage[] {
    return this.#options.budget.usage();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream?.close();
    this.#stream = null;
    await this.#options.client.close();
  }

  async fetchAccount(): Promise<AccountReport> {
    const [accountId, mode] = await Promise.all([
      this.#options.accountId(),
      this.#read('positionMode', { weight: 30, class: 'routine' }),
    ]);
    return { accountId, positionMode: readPositionMode(mode) };
  }

  async fetchInstrument(symbol: string): Promise<InstrumentInput> {
    return (await this.#exchangeInfo()).instrument(symbol);
  }

  async placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome> {
    return this.#closed ? CLOSED : this.#writer.place(request);
  }

  async placeOrders(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    return this.#closed ? requests.map(() => CLOSED) : this.#writer.placeAll(requests);
  }

  async cancelOrder(request: CancelOrderRequest): Promise<OrderOutcome> {
    return this.#closed ? CLOSED : this.#writer.cancel(request);
  }

  async amendOrder(request: AmendOrderRequest): Promise<OrderOutcome> {
    return this.#closed ? CLOSED : this.#writer.amend(request);
  }

  fetchOrder(query: OrderQuery): Promise<OrderStatusReport | null> {
    return this.#orders.order(query);
  }

  fetchOpenOrders(symbol?: string): Promise<readonly OrderStatusReport[]> {
    return this.#orders.openOrders(symbol);
  }

  async fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    const body = await this.#read('positionRisk', {
      params: symbol === undefined ? [] : [['symbol', symbol]],
      weight: 5,
      class: symbol === undefined ? 'routine' : 'guard',
    });
    return readPositions(body);
  }

  fetchFills(symbol: string, sinceMs: number): Promise<readonly FillReport[]> {
    return this.#trades.since(symbol, sinceMs);
  }

  async fetchServerTime(): Promise<number> {
    return readServerTime(await this.#read('time', { auth: 'none', weight: 1, class: 'guard' }));
  }

  async fetchPrices(symbol: string): Promise<readonly PriceStatusReport[]> {
    const call = {
      params: [['symbol', symbol]],
      auth: 'none',
      weight: 1,
      class: 'guard',
    } as const;
    const [last, mark] = await Promise.all([
      this.#read('tickerPrice', call),
      this.#read('premiumIndex', call),
    ]);
    return [readLastPrice(last), ...readPremiumIndex(mark)];
  }

  /** One answer serves all who ask at the same time, and for a while. */
  #exchangeInfo(): Promise<ExchangeInfo> {
    const now = this.#options.clock.monotonic();
    const kept = this.#info;
    if (kept !== null && now - kept.readAt < INSTRUMENTS_FRESH_MS) return kept.value;
    const value = this.#read('exchangeInfo', { auth: 'none', weight: 1, class: 'guard' }).then(
      readExchangeInfo,
    );
    const info = { value, readAt: now };
    this.#info = info;
    value.catch(() => {
      if (this.#info === info) this.#info = null;
    });
    return value;
  }

  #read(
    path: keyof Dialect['paths'],
    call: Partial<ReadCall> & Pick<ReadCall, 'weight' | 'class'>,
  ): Promise<unknown> {
    const { client, dialect } = this.#options;
    return readBody(client, {
      params: [],
      auth: 'signed',
      ...call,
      path: dialect.paths[path] ?? '',
    });
  }

  #refuseClosed(): void {
    if (!this.#closed) return;
    throw new ExchangeError('EXCHANGE_UNREACHABLE', 'The exchange was closed', {
      remedy: 'Create another one',
    });
  }
}

const CLOSED: OrderOutcome = { kind: 'not-sent', detail: 'the exchange is closed' };

/** The stream's address holds a key: nothing of a foreign error is shown. */
function connectFailure(error: unknown): unknown {
  if (error instanceof ExchangeError) return error;
  return new ExchangeError('EXCHANGE_UNREACHABLE', 'The account stream could not be opened', {
    retryable: true,
  });
}
