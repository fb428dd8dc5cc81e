import {
  type Clock,
  type FillReport,
  type OrderOutcome,
  type OrderStatusReport,
  PaperExchange,
  type PositionStatusReport,
} from 'position-monitor';

/** An order in the words of the toy exchange. */
export interface ToyOrder {
  readonly id: string;
  readonly ref: string;
  readonly market: string;
  readonly dir: 'b' | 's';
  readonly type: 'mkt' | 'lmt' | 'stp';
  readonly qty: string;
  /** Limit, or level of the stop. */
  readonly px: string | null;
  readonly reduce: boolean;
  readonly state: 'open' | 'triggered' | 'done' | 'gone';
  readonly done: string;
  readonly avg: string | null;
  readonly ts: number;
}

export type NewToyOrder = Pick<
  ToyOrder,
  'ref' | 'market' | 'dir' | 'type' | 'qty' | 'px' | 'reduce'
> & { readonly until: number };

export interface ToyTrade extends Pick<ToyOrder, 'ref' | 'market' | 'dir'> {
  readonly id: string;
  readonly order: string;
  readonly size: string;
  readonly at: string;
  readonly ts: number;
}

export type ToyMessage =
  | { readonly on: 'up' | 'down' }
  | { readonly on: 'order'; readonly order: ToyOrder }
  | { readonly on: 'trade'; readonly trade: ToyTrade }
  | ({ readonly on: 'position' } & ToyPosition);

export interface ToyPosition {
  readonly market: string;
  /** Above zero = long, below = short. */
  readonly net: string;
}

/** What it answers when it says no. */
export interface ToyRefusal {
  readonly error: string;
}

const KINDS = { mkt: 'market', lmt: 'limit', stp: 'stop-market' } as const;
const ERRORS: Readonly<Record<string, string>> = {
  'reduce-only': 'E_REDUCE',
  filter: 'E_GRID',
  'expired-request': 'E_LATE',
  'duplicate-client-id': 'E_TWICE',
  'unknown-order': 'E_GONE',
  'would-trigger': 'E_PASSED',
};

/**
 * An exchange with words of its own, in memory: stands for the exchange and the client library that one writes an
 * adapter against. It nets positions, and it matches with the paper exchange.
 */
export class ToyVenue {
  readonly #engine: PaperExchange;
  #listener: ((message: ToyMessage) => void) | null = null;
  #isReplyLost = false;
  readonly #held = new Map<string, string>();

  constructor(clock: Clock, parts = 1) {
    this.#engine = new PaperExchange({
      clock,
      positionMode: 'one-way',
      instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
      partialFills: { marketParts: parts },
    });
  }

  market(name: string): Promise<{ readonly tick: string; readonly step: string }> {
    return name === 'BTCUSDT'
      ? Promise.resolve({ tick: '0.1', step: '0.001' })
      : Promise.reject(new Error(`no market ${name}`));
  }

  /** Rejects when the connection breaks: the order may have arrived or not. */
  async send(order: NewToyOrder): Promise<ToyOrder | ToyRefusal> {
    const isStop = order.type === 'stp';
    const outcome = await this.#engine.placeOrder({
      clientOrderId: order.ref,
      symbol: order.market,
      side: order.dir === 'b' ? 'BUY' : 'SELL',
      positionSide: 'BOTH',
      kind: KINDS[order.type],
      quantity: order.qty,
      ...(order.px !== null && { [isStop ? 'triggerPrice' : 'price']: order.px }),
      reduceOnly: order.reduce,
      expiresAt: order.until,
    });
    return this.#answer(outcome);
  }

  async cancel(market: string, ref: string): Promise<ToyOrder | ToyRefusal> {
    const query = { symbol: market, clientOrderId: ref, kind: 'limit' } as const;
    return this.#answer(await this.#engine.cancelOrder(query));
  }

  async order(
    market: string,
    key: { readonly ref?: string; readonly id?: string },
  ): Promise<ToyOrder | null> {
    const ids = key.id === undefined ? { clientOrderId: key.ref ?? '' } : { orderId: key.id };
    const found = await this.#engine.fetchOrder({ symbol: market, ...ids });
    return found === null ? null : toyOrder(found);
  }

  async openOrders(market?: string): Promise<readonly ToyOrder[]> {
    return (await this.#engine.fetchOpenOrders(market)).map(toyOrder);
  }

  async trades(market: string, since: number): Promise<readonly ToyTrade[]> {
    return (await this.#engine.fetchFills(market, since)).map(toyTrade);
  }

  async positions(): Promise<readonly ToyPosition[]> {
    return (await this.#engine.fetchPositions()).map(({ symbol, side, quantity }) => ({
      market: symbol,
      net: `${side === 'LONG' ? '' : '-'}${quantity}`,
    }));
  }

  /** Messages of the account from now on; returns what hangs up. */
  listen(onMessage: (message: ToyMessage) => void): () => void {
    this.#listener = onMessage;
    void this.#engine.connect({
      order: (order) => this.#listener?.({ on: 'order', order: toyOrder(order) }),
      fill: (fill) => this.#listener?.({ on: 'trade', trade: toyTrade(fill) }),
      position: (report) => this.#listener?.({ on: 'position', ...this.#net(report) }),
      connection: (state) => this.#listener?.({ on: state === 'connected' ? 'up' : 'down' }),
      gap: () => {},
    });
    return () => {
      this.#listener = null;
    };
  }

  /** The market trades at a price. */
  trade(price: string, timeMs: number): void {
    this.#engine.acceptPrice('BTCUSDT', 'LAST', Number(price), timeMs);
  }

  loseNextReply(): void {
    this.#isReplyLost = true;
  }

  breakStream(): void {
    this.#engine.interruptStream();
    this.#engine.resumeStream();
  }

  /** The engine tells the sides one by one. */
  #net({ symbol, side, quantity }: PositionStatusReport): ToyPosition {
    this.#held.set(side, String(quantity));
    const short = this.#held.get('SHORT') ?? '0';
    const net = short === '0' ? (this.#held.get('LONG') ?? '0') : `-${short}`;
    return { market: symbol, net };
  }

  #answer(outcome: OrderOutcome): ToyOrder | ToyRefusal {
    const isLost = this.#isReplyLost;
    this.#isReplyLost = false;
    if (isLost) throw new TypeError('fetch failed');
    if (outcome.kind === 'rejected') return { error: ERRORS[outcome.rejection.code] ?? 'E_OTHER' };
    if (outcome.kind === 'accepted' && outcome.report) return toyOrder(outcome.report);
    throw new TypeError('fetch failed');
  }
}

function toyOrder(order: OrderStatusReport): ToyOrder {
  const states = { accepted: 'open', triggered: 'triggered', filled: 'done' } as const;
  return {
    id: order.orderId,
    ref: order.clientOrderId ?? '',
    market: order.symbol,
    dir: order.side === 'BUY' ? 'b' : 's',
    type: typeOf(order),
    qty: String(order.quantity),
    px: (order.triggerPrice ?? order.price)?.toString() ?? null,
    reduce: order.reduceOnly === true,
    state: states[order.status as keyof typeof states] ?? 'gone',
    done: String(order.executedQty),
    avg: order.avgPrice?.toString() ?? null,
    ts: order.time,
  };
}

/** It takes no other kinds than these three. */
function typeOf({ kind }: OrderStatusReport): ToyOrder['type'] {
  if (kind === 'stop-market') return 'stp';
  return kind === 'market' ? 'mkt' : 'lmt';
}

function toyTrade({ trade, orderId, clientOrderId, symbol, side, time }: FillReport): ToyTrade {
  return {
    id: trade.tradeId,
    order: orderId,
    ref: clientOrderId ?? '',
    market: symbol,
    dir: side === 'BUY' ? 'b' : 's',
    size: String(trade.quantity),
    at: String(trade.price),
    ts: time,
  };
}
