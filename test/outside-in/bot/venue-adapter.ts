import {
  type AccountReport,
  type CancelOrderRequest,
  type ExchangeAdapter,
  type ExchangeCapabilities,
  ExchangeError,
  type ExchangeSink,
  type FillReport,
  type InstrumentInput,
  type OrderOutcome,
  type OrderQuery,
  type OrderStatusReport,
  type PlaceOrderRequest,
  type PositionStatusReport,
  type PriceStatusReport,
} from 'position-monitor';
import type { AccountMessage, WriteAnswer } from '../wire.js';
import { ReconnectingSocket } from './reconnecting-socket.js';
import { type HttpResult, VenueClient } from './venue-client.js';

/** The venue over HTTP and WebSocket, written against the public port alone. */
export class VenueAdapter implements ExchangeAdapter {
  readonly id = 'loopback';
  readonly capabilities: ExchangeCapabilities;
  readonly #url: string;
  readonly #client: VenueClient;
  /** Hears the account stream as well: a bot follows its own orders. */
  readonly #hearToo: (message: AccountMessage) => void;
  #socket: ReconnectingSocket | null = null;

  constructor(venueUrl: string, batchSize: number, hearToo: (message: AccountMessage) => void) {
    this.#url = venueUrl;
    this.#client = new VenueClient(venueUrl);
    this.#hearToo = hearToo;
    this.capabilities = {
      positionModes: ['hedge', 'one-way'],
      reduceOnly: { hedge: 'implied', oneWay: 'flag' },
      countsRestingReduceOnly: false,
      severalStops: true,
      orderKinds: ['market', 'limit', 'stop-market', 'take-profit-market'],
      triggerSources: ['LAST'],
      batchSize,
      maxProtectiveOrders: { perSymbol: null, perAccount: null },
      clientOrderId: { maxLength: 36, unique: 'open' },
      minNotionalOnExits: false,
      pricesConfirmThemselves: false,
      live: true,
    };
  }

  async connect(sink: ExchangeSink): Promise<void> {
    this.#socket?.close();
    this.#socket = new ReconnectingSocket(`${this.#url.replace('http:', 'ws:')}/account`, {
      message: (data) => this.#hear(data as AccountMessage, sink),
      up: (isFirst) => {
        sink.connection('connected');
        if (!isFirst) sink.gap('the account stream was down');
      },
      down: (reason) => sink.connection('disconnected', reason),
    });
    await this.#socket.open().catch((cause: unknown) => {
      throw new ExchangeError('EXCHANGE_UNREACHABLE', 'The account stream does not open', {
        cause,
        retryable: true,
      });
    });
  }

  close(): Promise<void> {
    this.#socket?.close();
    this.#client.close();
    return Promise.resolve();
  }

  fetchAccount(): Promise<AccountReport> {
    return this.#read('account-info', {});
  }

  fetchInstrument(symbol: string): Promise<InstrumentInput> {
    return this.#read('instrument', { symbol });
  }

  async placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome> {
    return outcomeOf(await this.#client.post('place', request));
  }

  async placeOrders(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    return outcomesOf(await this.#client.post('place-batch', requests), requests.length);
  }

  async cancelOrder(request: CancelOrderRequest): Promise<OrderOutcome> {
    return outcomeOf(await this.#client.post('cancel', request));
  }

  async cancelOrders(requests: readonly CancelOrderRequest[]): Promise<readonly OrderOutcome[]> {
    return outcomesOf(await this.#client.post('cancel-batch', requests), requests.length);
  }

  fetchOrder({ symbol, clientOrderId, orderId }: OrderQuery): Promise<OrderStatusReport | null> {
    return this.#read('order', { symbol, clientOrderId, orderId });
  }

  fetchOpenOrders(symbol?: string): Promise<readonly OrderStatusReport[]> {
    return this.#read('open-orders', { symbol });
  }

  fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    return this.#read('positions', { symbol });
  }

  fetchFills(symbol: string, sinceMs: number): Promise<readonly FillReport[]> {
    return this.#read('fills', { symbol, since: `${sinceMs}` });
  }

  fetchServerTime(): Promise<number> {
    return this.#read('time', {});
  }

  fetchPrices(symbol: string): Promise<readonly PriceStatusReport[]> {
    return this.#read('prices-now', { symbol });
  }

  #hear(message: AccountMessage, sink: ExchangeSink): void {
    if (message[0] === 'order') sink.order(message[1]);
    else if (message[0] === 'position') sink.position(message[1]);
    else sink.fill(message[1]);
    this.#hearToo(message);
  }

  async #read<Result>(
    action: string,
    query: Readonly<Record<string, string | undefined>>,
  ): Promise<Result> {
    const result = await this.#client.get(action, query);
    if (result.kind === 'answer' && result.status === 200) return result.body as Result;
    throw new ExchangeError('EXCHANGE_UNREACHABLE', `The venue does not tell ${action}`, {
      received: result.kind === 'answer' ? `status ${result.status}` : result.detail,
      retryable: true,
    });
  }
}

/** What is not clearly an answer of the venue may have been executed. */
function outcomeOf(result: HttpResult): OrderOutcome {
  if (result.kind === 'not-sent') return result;
  if (result.kind === 'lost') return { kind: 'unknown', detail: result.detail };
  return outcomeOfAnswer({ status: result.status, body: result.body });
}

function outcomesOf(result: HttpResult, count: number): readonly OrderOutcome[] {
  if (result.kind === 'answer' && result.status === 200) {
    return (result.body as readonly WriteAnswer[]).map(outcomeOfAnswer);
  }
  return Array.from({ length: count }, () => outcomeOf(result));
}

function outcomeOfAnswer({ status, body }: WriteAnswer): OrderOutcome {
  if (status === 200) return { kind: 'accepted', report: body as OrderStatusReport };
  if (status >= 400 && status < 500) {
    return {
      kind: 'rejected',
      rejection: body as Extract<OrderOutcome, { kind: 'rejected' }>['rejection'],
    };
  }
  return { kind: 'unknown', detail: `status ${status}` };
}
