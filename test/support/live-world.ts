import { inspect } from 'node:util';
import { onTestFinished } from 'vitest';
import { createAsterFeed } from '../../src/adapters/feeds/binance-dialect/aster-feed.js';
import { createBinanceFeed } from '../../src/adapters/feeds/binance-dialect/binance-feed.js';
import type { DialectFeedOptions } from '../../src/adapters/feeds/binance-dialect/feed-options.js';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { createAsterExchange } from '../../src/aster.js';
import { createBinanceExchange, type DialectOptions } from '../../src/binance.js';
import { EVENT_NAMES } from '../../src/model/event-names.js';
import type { OrderFill } from '../../src/model/fill.js';
import type { MonitorEventMap, MonitorEventName } from '../../src/model/monitor-event.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PositionMode, PositionSide } from '../../src/model/side.js';
import type { TrancheView } from '../../src/model/views.js';
import type { GlobalSettings, SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import { PositionMonitor } from '../../src/monitor/position-monitor.js';
import type { LogFields, Logger } from '../../src/ports/logger.js';
import type { PriceFeed } from '../../src/ports/price-feed.js';
import type { Store } from '../../src/ports/store.js';
import {
  createExchangeServer,
  type ExchangeServer,
} from '../../src/testing/exchange-server/create-exchange-server.js';
import type { ExchangeServerOptions } from '../../src/testing/exchange-server/exchange-server-options.js';
import type { RequestRecord } from '../../src/testing/exchange-server/request-faults.js';
import { FastClock } from './fast-clock.js';
import { clientIdOf, ownOrders, roleOf, type SentOrder } from './sent-orders.js';

export const SYMBOL = 'BTCUSDT';
export const DIALECTS = ['binance', 'aster'] as const;
export type DialectName = (typeof DIALECTS)[number];
export const KEYS = { apiKey: 'live-key', apiSecret: 'live-secret' };
const START_PRICE = 45_000;

export interface LiveWorldOptions {
  readonly positionMode?: PositionMode;
  /** Over a stop 1 % and a take-profit 2 % away. */
  readonly symbol?: SymbolSettings;
  readonly globals?: GlobalSettings;
  readonly server?: Partial<ExchangeServerOptions>;
  /** How much faster than real time everything runs. Default 3. */
  readonly speed?: number;
  /** A store for each start of the monitor. */
  readonly store?: () => Store;
  /** Over what each adapter is made with. */
  readonly exchange?: () => Partial<DialectOptions>;
  readonly feed?: DialectFeedOptions;
  readonly keys?: { readonly apiKey: string; readonly apiSecret: string };
}

/** The monitor on the real adapters, over loopback HTTP and WebSockets, beside an exchange that is told what to do. */
export class LiveWorld {
  readonly dialect: DialectName;
  readonly options: LiveWorldOptions;
  readonly clock: FastClock;
  readonly server: ExchangeServer;
  readonly events: { readonly name: MonitorEventName; readonly payload: unknown }[] = [];
  /** The last price of each source that the feed delivered. */
  readonly ticks = new Map<PriceSource, number>();
  readonly logs: { readonly fields: LogFields; readonly message: string }[] = [];
  monitor: PositionMonitor;

  /** A server and a monitor that has started; both end with the test. */
  static async start(dialect: DialectName, options: LiveWorldOptions = {}): Promise<LiveWorld> {
    const world = await LiveWorld.prepare(dialect, options);
    await world.startMonitor();
    return world;
  }

  /** The same, before the monitor starts. */
  static async prepare(dialect: DialectName, options: LiveWorldOptions = {}): Promise<LiveWorld> {
    const clock = new FastClock(options.speed ?? 3);
    const server = await createExchangeServer({
      dialect,
      clock,
      positionMode: options.positionMode ?? 'hedge',
      ...KEYS,
      instruments: [
        { symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001', price: START_PRICE },
        { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.01', price: 3_000 },
      ],
      ...options.server,
    });
    const world = new LiveWorld(dialect, options, clock, server);
    onTestFinished(async () => {
      await world.monitor.stop();
      await server.close();
    });
    return world;
  }

  private constructor(
    dialect: DialectName,
    options: LiveWorldOptions,
    clock: FastClock,
    server: ExchangeServer,
  ) {
    this.dialect = dialect;
    this.options = options;
    this.clock = clock;
    this.server = server;
    this.monitor = this.#newMonitor();
  }

  get logger(): Logger {
    const write = (fields: LogFields, message: string): void => {
      this.logs.push({ fields, message });
    };
    return { debug: write, info: write, warn: write, error: write };
  }

  /** The feed delivers every source: prices that move from here on are seen. */
  async untilHeard(): Promise<void> {
    await this.until(() => {
      const price = this.ticks.get('LAST');
      if (
        price !== undefined &&
        this.ticks.get('BID') === price &&
        this.ticks.get('MARK') === price
      )
        return true;
      this.price(START_PRICE);
      return false;
    }, 'prices come');
  }

  async startMonitor(): Promise<void> {
    await this.monitor.start();
  }

  /** Another process takes over: a new monitor with new connections. */
  async restart(whileDown: () => void | Promise<void> = () => {}): Promise<void> {
    await this.monitor.stop();
    await whileDown();
    this.monitor = this.#newMonitor();
    await this.monitor.start();
  }

  /** The bot's entry: `LONG` buys. What the exchange says of it can be handed over. */
  enter(
    side: PositionSide,
    quantity: string,
    terms: { readonly clientOrderId?: string } = {},
  ): OrderFill {
    const act = side === 'LONG' ? 'buy' : 'sell';
    const order = this.server.person[act](SYMBOL, quantity, terms);
    const { orderId, avgPrice, executedQty, clientOrderId, updateTime } = order;
    return {
      orderId: Number(orderId),
      symbol: SYMBOL,
      side: side === 'LONG' ? 'BUY' : 'SELL',
      positionSide: this.isHedge ? side : 'BOTH',
      executedQty: String(executedQty),
      avgPrice: String(avgPrice ?? 0),
      status: 'FILLED',
      clientOrderId: String(clientOrderId),
      time: Number(updateTime),
    };
  }

  /** An entry that is protected when this resolves. */
  async enterProtected(side: PositionSide, quantity: string): Promise<OrderFill> {
    const fill = this.enter(side, quantity);
    await this.until(
      () => this.tranches.some((tranche) => isRestingFor(tranche, fill)),
      'the entry is protected',
    );
    await this.calm();
    return fill;
  }

  price(price: number, others: Parameters<ExchangeServer['market']['setPrice']>[2] = {}): void {
    this.server.market.setPrice(SYMBOL, price, others);
  }

  get isHedge(): boolean {
    return (this.options.positionMode ?? 'hedge') === 'hedge';
  }

  get tranches(): readonly TrancheView[] {
    return this.monitor.getPositionStatus(SYMBOL).tranches;
  }

  /** The only tranche. */
  get tranche(): TrancheView {
    const [tranche, ...others] = this.tranches;
    if (tranche === undefined || others.length > 0) {
      throw new Error(`${this.tranches.length} tranches\n${this.describe()}`);
    }
    return tranche;
  }

  /** Our orders at the exchange, e.g. `stop-loss SELL LONG 0.1 @ 44550`. Sorted. */
  get resting(): string[] {
    const sent = ownOrders(this.server.requests);
    return this.server.person
      .openOrders(SYMBOL)
      .map((id) => {
        const order = sent.get(id);
        return order === undefined ? `foreign ${id}` : textOf(order);
      })
      .sort();
  }

  /** What the account holds, e.g. `LONG 0.1`; empty when it is flat. */
  get held(): string {
    return (['LONG', 'SHORT'] as const)
      .map((side) => `${side} ${this.server.person.held(SYMBOL, side)}`)
      .filter((text) => !/ 0(\.0*)?$/.test(text))
      .join(', ');
  }

  /** Placements of ours that were carried out, a batch's one by one. */
  placed(role?: SentOrder['role']): SentOrder[] {
    return [...ownOrders(this.server.requests, (one) => one.wasExecuted).values()].filter(
      (order) => role === undefined || order.role === role,
    );
  }

  /** Client ids of our orders whose cancellation was carried out. */
  cancelled(role?: SentOrder['role']): string[] {
    return this.server.requests
      .filter((one) => one.method === 'DELETE' && one.wasExecuted && one.status === 200)
      .map(clientIdOf)
      .filter((id) => id !== '' && (role === undefined || roleOf(id) === role));
  }

  /** Requests since a moment of {@link mark}. */
  since(mark: number): readonly Readonly<RequestRecord>[] {
    return this.server.requests.slice(mark);
  }

  mark(): number {
    return this.server.requests.length;
  }

  named<Name extends MonitorEventName>(name: Name): MonitorEventMap[Name][] {
    return this.events
      .filter((event) => event.name === name)
      .map((event) => event.payload as MonitorEventMap[Name]);
  }

  /** What stands for a position with the levels of the default plan: its stop, then its take-profit. */
  exits(side: PositionSide, quantity: string, entry: number = START_PRICE): string[] {
    const sign = side === 'LONG' ? 1 : -1;
    const order = `${side === 'LONG' ? 'SELL' : 'BUY'} ${this.isHedge ? side : 'BOTH'} ${quantity}`;
    return [
      `stop-loss ${order} @ ${entry * (1 - sign * 0.01)}`,
      `take-profit ${order} @ ${entry * (1 + sign * 0.02)}`,
    ];
  }

  /** Waits for something to become true, in real time. */
  async until(condition: () => boolean, what: string, withinMs = 6_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`not in time: ${what}\n${this.describe()}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Nothing is under way at the monitor, for a moment: events that are on the wire come in meanwhile. */
  async calm(forMs = 30): Promise<void> {
    let since = Date.now();
    let seen = '';
    await this.until(() => {
      const now = `${this.server.requests.length} ${this.events.length}`;
      if (this.monitor.busy || now !== seen) since = Date.now();
      seen = now;
      return Date.now() - since >= forMs;
    }, 'calm');
  }

  async untilResting(orders: readonly string[], withinMs?: number): Promise<void> {
    const wanted = [...orders].sort().join('; ');
    await this.until(() => this.resting.join('; ') === wanted, `resting: ${wanted}`, withinMs);
  }

  async untilFlat(withinMs?: number): Promise<void> {
    await this.until(
      () => this.held === '' && this.tranches.length === 0 && this.resting.length === 0,
      'flat, and nothing rests',
      withinMs,
    );
  }

  /** Everything a failing test needs to be understood. */
  describe(): string {
    const requests = this.server.requests
      .slice(-40)
      .map(({ method, path, params, status, time }) => {
        const { timestamp: _, recvWindow: __, ...rest } = params;
        return `${time % 100_000} ${method} ${path} ${JSON.stringify(rest)} -> ${status}`;
      });
    const events = this.events
      .slice(-40)
      .map(({ name, payload }) => `${name} ${inspect(payload, { depth: 0, breakLength: 400 })}`);
    return [
      `held: ${this.held}`,
      `resting: ${this.resting.join('; ')}`,
      `tranches: ${inspect(
        this.tranches.map(({ state, quantity, coverage, orders }) => ({
          state,
          quantity,
          coverage,
          orders: orders.map((order) => `${order.role} ${order.status} ${order.quantity}`),
        })),
        { depth: 3 },
      )}`,
      `requests:\n${requests.join('\n')}`,
      `events:\n${events.join('\n')}`,
      `logs:\n${this.logs.map((log) => inspect(log, { breakLength: 400 })).join('\n')}`,
      `health: ${inspect(this.monitor.getHealth())}`,
    ].join('\n');
  }

  /** The feed itself, but for a sink that notes what came. */
  #watched(feed: PriceFeed): PriceFeed {
    const connect = feed.connect.bind(feed);
    feed.connect = (sink) =>
      connect({
        tick: (symbol, source, price, exchangeTime, receivedAt) => {
          if (symbol === SYMBOL) this.ticks.set(source, price);
          sink.tick(symbol, source, price, exchangeTime, receivedAt);
        },
        connection: (state, reason) => sink.connection(state, reason),
        staleness: (symbol, stale) => sink.staleness(symbol, stale),
        gap: (symbol, reason) => sink.gap(symbol, reason),
      });
    return feed;
  }

  #newMonitor(): PositionMonitor {
    this.ticks.clear();
    const { options, server, clock, dialect, logger } = this;
    const addresses = { restUrl: server.restUrl, streamUrl: server.streamUrl };
    const createExchange = dialect === 'binance' ? createBinanceExchange : createAsterExchange;
    const createFeed = dialect === 'binance' ? createBinanceFeed : createAsterFeed;
    const monitor = new PositionMonitor({
      config: {
        globals: { ...options.globals },
        symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1, ...options.symbol } },
      },
      exchange: createExchange({
        ...(options.keys ?? KEYS),
        ...addresses,
        live: false,
        clock,
        logger,
        ...options.exchange?.(),
      }),
      feed: this.#watched(createFeed({ ...addresses, clock, logger, ...options.feed })),
      store: options.store?.() ?? new MemoryStore(),
      clock,
      logger,
    });
    for (const name of EVENT_NAMES) {
      monitor.on(name, (payload: unknown) => {
        this.events.push({ name, payload });
      });
    }
    return monitor;
  }
}

function isRestingFor(tranche: TrancheView, { orderId }: OrderFill): boolean {
  return (
    tranche.coverage === 'resting' &&
    tranche.sources.some((source) => source.orderId === String(orderId)) &&
    tranche.orders.every(({ status }) => status !== 'initialized' && status !== 'submitted')
  );
}

function textOf({ role, side, positionSide, quantity, level }: SentOrder): string {
  return `${role} ${side} ${positionSide} ${quantity} @ ${level}`;
}
