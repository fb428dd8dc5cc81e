import type {
  CancelOrderRequest,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSink,
  OrderOutcome,
  OrderQuery,
  PlaceOrderRequest,
  RejectCode,
} from 'position-monitor';
import type { ToyOrder, ToyRefusal, ToyVenue } from './toy-venue.js';
import { CODES, fillFrom, orderFrom, positionsFrom, TYPES } from './toy-words.js';

/** What the exchange can do, as it says in its manual. What it cannot do, the monitor does without. */
const CAPABILITIES: ExchangeCapabilities = {
  positionModes: ['one-way'],
  reduceOnly: { hedge: 'none', oneWay: 'flag' },
  countsRestingReduceOnly: false,
  severalStops: true,
  orderKinds: ['market', 'limit', 'stop-market'],
  triggerSources: ['LAST'],
  batchSize: 1,
  maxProtectiveOrders: { perSymbol: null, perAccount: null },
  clientOrderId: { maxLength: 36, unique: 'open' },
  minNotionalOnExits: false,
  pricesConfirmThemselves: false,
  live: true,
};

/** The toy exchange, as the monitor wants to see it. */
export class ToyExchange implements ExchangeAdapter {
  readonly id = 'toy';
  readonly capabilities = CAPABILITIES;
  readonly #venue: ToyVenue;
  #hangUp: (() => void) | null = null;

  constructor(venue: ToyVenue) {
    this.#venue = venue;
  }

  async connect(sink: ExchangeSink): Promise<void> {
    let wasDown = false;
    this.#hangUp = this.#venue.listen((message) => {
      if (message.on === 'order') sink.order(orderFrom(message.order));
      else if (message.on === 'trade') sink.fill(fillFrom(message.trade));
      else if (message.on === 'position')
        for (const row of positionsFrom(message)) sink.position(row);
      else {
        sink.connection(message.on === 'up' ? 'connected' : 'disconnected');
        if (message.on === 'up' && wasDown) sink.gap('the stream was down');
        wasDown = message.on === 'down';
      }
    });
  }

  async close(): Promise<void> {
    this.#hangUp?.();
    this.#hangUp = null;
  }

  async fetchAccount() {
    return { accountId: 'toy-1', positionMode: 'one-way' } as const;
  }

  async fetchInstrument(symbol: string) {
    const { tick, step } = await this.#venue.market(symbol);
    return { symbol, tickSize: tick, stepSize: step };
  }

  async placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome> {
    const type = TYPES[request.kind];
    if (type === undefined) return refused('unsupported-order-kind', request.kind);
    return this.#write(() =>
      this.#venue.send({
        ref: request.clientOrderId,
        market: request.symbol,
        dir: request.side === 'BUY' ? 'b' : 's',
        type,
        qty: request.quantity,
        px: request.triggerPrice ?? request.price ?? null,
        reduce: request.reduceOnly,
        until: request.expiresAt,
      }),
    );
  }

  cancelOrder({ symbol, clientOrderId }: CancelOrderRequest): Promise<OrderOutcome> {
    return this.#write(() => this.#venue.cancel(symbol, clientOrderId));
  }

  async fetchOrder({ symbol, orderId, clientOrderId }: OrderQuery) {
    const key = orderId === undefined ? { ref: clientOrderId ?? '' } : { id: orderId };
    const found = await this.#venue.order(symbol, key);
    return found === null ? null : orderFrom(found);
  }

  async fetchOpenOrders(symbol?: string) {
    return (await this.#venue.openOrders(symbol)).map(orderFrom);
  }

  async fetchPositions(symbol?: string) {
    const rows = await this.#venue.positions();
    return rows
      .filter(({ market }) => symbol === undefined || market === symbol)
      .flatMap(positionsFrom)
      .filter(({ quantity }) => quantity !== '0');
  }

  async fetchFills(symbol: string, sinceMs: number) {
    return (await this.#venue.trades(symbol, sinceMs)).map(fillFrom);
  }

  /** The one place that says how a request ended. When in doubt it says `unknown`, and the monitor looks. */
  async #write(send: () => Promise<ToyOrder | ToyRefusal>): Promise<OrderOutcome> {
    if (this.#hangUp === null) return { kind: 'not-sent', detail: 'not connected' };
    try {
      const answer = await send();
      if (!('error' in answer)) return { kind: 'accepted', report: orderFrom(answer) };
      return refused(CODES[answer.error] ?? 'other', answer.error);
    } catch (error) {
      return { kind: 'unknown', detail: String(error) };
    }
  }
}

function refused(code: RejectCode, detail: string): OrderOutcome {
  return { kind: 'rejected', rejection: { code, detail } };
}
