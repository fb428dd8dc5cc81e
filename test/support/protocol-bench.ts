import { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../src/adapters/exchanges/paper/paper-exchange-options.js';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import { EVENT_NAMES } from '../../src/model/event-names.js';
import type { OrderFill } from '../../src/model/fill.js';
import type { InstrumentInput } from '../../src/model/instrument.js';
import type {
  MonitorEvent,
  MonitorEventMap,
  MonitorEventName,
} from '../../src/model/monitor-event.js';
import type { OrderRole } from '../../src/model/order.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PositionMode, PositionSide } from '../../src/model/side.js';
import type { TrancheView } from '../../src/model/views.js';
import type { GlobalSettings, SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import { PositionMonitor } from '../../src/monitor/position-monitor.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type {
  CancelOrderRequest,
  OrderStatusReport,
  PlaceOrderRequest,
} from '../../src/ports/exchange-adapter.js';
import type { PriceSink } from '../../src/ports/price-feed.js';
import type { RequestScheduler } from '../../src/ports/request-scheduler.js';
import type { Store } from '../../src/ports/store.js';
import { CrashDisk } from './crash-store.js';
import { PendingStore } from './pending-store.js';
import { ScriptedExchange, type ScriptedExchangeOptions } from './scripted-exchange.js';

export const SYMBOL = 'BTCUSDT';
export const OTHER = 'ETHUSDT';
export const INSTRUMENTS: readonly InstrumentInput[] = [
  {
    symbol: SYMBOL,
    tickSize: '0.1',
    stepSize: '0.001',
    minQty: '0.001',
    maxQty: '100',
    maxMarketQty: '10',
    minNotional: '5',
  },
  { symbol: OTHER, tickSize: '0.01', stepSize: '0.01', minQty: '0.01', minNotional: '5' },
];

export interface BenchOptions {
  readonly globals?: GlobalSettings;
  readonly symbols?: Readonly<Record<string, SymbolSettings>>;
  readonly positionMode?: PositionMode;
  readonly latencyMs?: number;
  readonly capabilities?: ScriptedExchangeOptions['capabilities'];
  readonly without?: ScriptedExchangeOptions['without'];
  readonly sources?: readonly PriceSource[];
  readonly paper?: Partial<PaperExchangeOptions>;
  readonly price?: number;
  /** The store does real input and output: virtual time waits for it. */
  readonly realStore?: boolean;
  /** Stores of the lives to come; default: handles of `disk`. */
  readonly store?: () => Store;
}

/** Without repeats and limits of concurrency: every fault is met by the protocol itself. */
const PLAIN_SCHEDULER: RequestScheduler = {
  run: (_lane, task) => task(),
  read: (task) => task(),
  pending: 0,
};

/** A monitor on virtual time against a live-like exchange with scripted faults, over several lives. */
export class ProtocolBench {
  readonly clock = new VirtualClock();
  readonly paper: PaperExchange;
  readonly exchange: ScriptedExchange;
  readonly disk = new CrashDisk(this.clock);
  readonly events: MonitorEvent[] = [];
  feed: ManualFeed;
  /** What a feed without checks of its own would push into. */
  rawSink: PriceSink | null = null;
  monitor: PositionMonitor;
  readonly #options: BenchOptions;
  #realStore: PendingStore | null = null;
  #orders = 0;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.paper = new PaperExchange({
      instruments: INSTRUMENTS,
      clock: this.clock,
      positionMode: options.positionMode ?? 'hedge',
      idPrefix: 'v',
      ...options.paper,
    });
    this.exchange = new ScriptedExchange({
      paper: this.paper,
      clock: this.clock,
      ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
      ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
      ...(options.without === undefined ? {} : { without: options.without }),
    });
    this.paper.acceptPrice(SYMBOL, 'LAST', options.price ?? 45_000, this.clock.now());
    this.paper.acceptPrice(OTHER, 'LAST', 3_000, this.clock.now());
    this.feed = this.#newFeed();
    this.monitor = this.#newMonitor();
  }

  static async started(options: BenchOptions = {}): Promise<ProtocolBench> {
    const bench = new ProtocolBench(options);
    await bench.start();
    return bench;
  }

  /** Starts, lets it settle and gives the first prices. */
  async start(): Promise<void> {
    await this.until(this.monitor.start());
    /** What was pushed while it started leads to one more comparison. */
    await this.run(100);
  }

  /** Kills the running monitor: no goodbye, requests under way still arrive. */
  crash(): void {
    this.exchange.cut();
    this.disk.cut();
    this.feed = this.#newFeed();
  }

  /** A new life on the same disk and account. */
  async boot(): Promise<void> {
    this.newLife();
    await this.start();
  }

  newLife(): void {
    this.feed = this.#newFeed();
    this.monitor = this.#newMonitor();
  }

  #newFeed(): ManualFeed {
    const { sources } = this.#options;
    const feed = new ManualFeed({
      clock: this.clock,
      ...(sources === undefined ? {} : { sources }),
    });
    const connect = feed.connect.bind(feed);
    feed.connect = (sink) => {
      this.rawSink = sink;
      return connect(sink);
    };
    return feed;
  }

  #newStore(): Store {
    const { store, realStore } = this.#options;
    if (store === undefined) return this.disk.handle();
    if (realStore !== true) return store();
    this.#realStore = new PendingStore(store());
    return this.#realStore;
  }

  #newMonitor(): PositionMonitor {
    const { globals, symbols } = this.#options;
    const monitor = new PositionMonitor({
      config: {
        ...(globals === undefined ? {} : { globals }),
        symbols: symbols ?? { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 } },
        instanceId: 'bench',
      },
      exchange: this.exchange.adapter(),
      feed: this.feed,
      store: this.#newStore(),
      clock: this.clock,
      scheduler: PLAIN_SCHEDULER,
    });
    for (const name of EVENT_NAMES) {
      monitor.on(name, (payload) => {
        this.events.push({ name, payload } as MonitorEvent);
      });
    }
    return monitor;
  }

  /** Lets virtual time pass; timers and answers come in their order. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.#drained();
    for (;;) {
      const next = this.clock.nextTimerAt;
      if (next === null || next > end) break;
      this.#fireNext(next);
      await this.#drained();
    }
    this.clock.advanceTo(end);
    await this.#drained();
  }

  async #drained(): Promise<void> {
    await drained();
    /** What an answer of the disk leads to may write again. */
    while (this.#realStore?.pending === true) {
      while (this.#realStore.pending) await drained();
      await drained();
    }
  }

  /** A due time with a fraction of a ms is lost in wall time: then one ms more reaches it. */
  #fireNext(next: number): void {
    this.clock.advanceTo(Math.ceil(next));
    if (this.clock.nextTimerAt === next) this.clock.advanceBy(1);
  }

  /** Lets time pass until the promise settles; fails after `limitMs` of virtual time. */
  async until<Result>(promise: Promise<Result>, limitMs = 60_000): Promise<Result> {
    let done = false;
    const settled = (): void => {
      done = true;
    };
    promise.then(settled, settled);
    const end = this.clock.now() + limitMs;
    await this.#drained();
    while (!done) {
      const next = this.clock.nextTimerAt;
      if (next === null || next > end) throw new Error('the promise does not settle');
      this.#fireNext(next);
      await this.#drained();
    }
    return promise;
  }

  /** A price: the exchange matches on it first, then the monitor hears it. */
  tick(
    price: number,
    options: { symbol?: string; source?: PriceSource; feedOnly?: boolean } = {},
  ): void {
    const { symbol = SYMBOL, source = 'LAST', feedOnly = false } = options;
    if (!feedOnly) this.paper.acceptPrice(symbol, source, price, this.clock.now());
    this.feed.tick(symbol, price, { source, time: this.clock.now() });
  }

  /** The bot trades at the exchange itself; the account stream tells of it. Returns the fill as a host reports it. */
  async trade(
    quantity: string,
    terms: Partial<PlaceOrderRequest> = {},
  ): Promise<OrderFill & { readonly orderId: string }> {
    this.#orders += 1;
    const mode = this.#options.positionMode ?? 'hedge';
    const request: PlaceOrderRequest = {
      clientOrderId: `bot-${this.#orders}`,
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: mode === 'hedge' ? 'LONG' : 'BOTH',
      kind: 'market',
      quantity,
      reduceOnly: false,
      expiresAt: this.clock.now() + 1_000,
      ...terms,
    };
    const outcome = await this.paper.placeOrder(request);
    const { symbol, clientOrderId } = request;
    const report = await this.paper.fetchOrder({ symbol, clientOrderId });
    if (outcome.kind !== 'accepted' || report === null) {
      throw new Error(`the bot's order was not taken: ${JSON.stringify(outcome)}`);
    }
    return {
      orderId: report.orderId,
      clientOrderId,
      symbol: report.symbol,
      side: report.side,
      positionSide: report.positionSide,
      executedQty: report.executedQty,
      ...(report.avgPrice === undefined ? {} : { avgPrice: report.avgPrice }),
      status: report.status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED',
      time: report.time,
    };
  }

  async openOrders(role?: OrderRole): Promise<readonly OrderStatusReport[]> {
    const open = await this.paper.fetchOpenOrders();
    return open.filter(
      ({ clientOrderId }) =>
        isOwn(clientOrderId) && (role === undefined || roleOf(clientOrderId) === role),
    );
  }

  /** Our resting orders, e.g. `stop-loss SELL 0.1 @ 44550`. Sorted. */
  async resting(): Promise<string[]> {
    const open = await this.openOrders();
    return open
      .map(
        (order) =>
          `${roleOf(order.clientOrderId)} ${order.side} ${order.quantity} @ ${order.triggerPrice ?? order.price}`,
      )
      .sort();
  }

  /** What the account holds, e.g. `LONG 0.1`. */
  async held(symbol: string = SYMBOL): Promise<string> {
    const positions = await this.paper.fetchPositions(symbol);
    return positions.map(({ side, quantity }) => `${side} ${quantity}`).join(', ');
  }

  placed(role?: OrderRole): PlaceOrderRequest[] {
    return this.exchange.placed(
      ({ clientOrderId }) => role === undefined || roleOf(clientOrderId) === role,
    );
  }

  canceled(role?: OrderRole): CancelOrderRequest[] {
    return this.exchange
      .canceled()
      .filter(({ clientOrderId }) => role === undefined || roleOf(clientOrderId) === role);
  }

  /** When requests of a role were sent, ms since the bench was made. */
  sentAt(role: OrderRole, kind: 'place' | 'cancel' = 'place'): number[] {
    return this.exchange.requests
      .filter(
        (record) =>
          record.kind === kind && roleOf((record.place ?? record.cancel)?.clientOrderId) === role,
      )
      .map((record) => record.sentAt);
  }

  named<Name extends MonitorEventName>(name: Name): MonitorEventMap[Name][] {
    return this.events
      .filter((event) => event.name === name)
      .map((event) => event.payload as MonitorEventMap[Name]);
  }

  tranches(symbol: string = SYMBOL): readonly TrancheView[] {
    return this.monitor.getPositionStatus(symbol).tranches;
  }

  /** The one live tranche. */
  tranche(side?: PositionSide): TrancheView {
    const [first, second] = this.tranches().filter(
      (view) => side === undefined || view.side === side,
    );
    if (first === undefined || second !== undefined) {
      throw new Error(`expected one tranche, found ${this.tranches().length}`);
    }
    return first;
  }
}

/** Role in one of our client order ids; see `client-order-id.ts`. */
export function roleOf(clientOrderId: string | undefined): OrderRole | 'foreign' {
  if (clientOrderId === undefined || !isOwn(clientOrderId)) return 'foreign';
  const letter = clientOrderId[22];
  return letter === 's' ? 'stop-loss' : letter === 't' ? 'take-profit' : 'close';
}

function isOwn(clientOrderId: string | undefined): boolean {
  return clientOrderId?.startsWith('pm') === true && clientOrderId.length === 29;
}

/** The generation in one of our client order ids. */
export function generationOf(clientOrderId: string): number {
  return Number.parseInt(clientOrderId.slice(25), 36);
}

/** Lets everything run that waits for nothing but its turn. */
export function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
