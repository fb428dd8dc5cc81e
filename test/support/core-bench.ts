import { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../src/adapters/exchanges/paper/paper-exchange-options.js';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { EVENT_NAMES } from '../../src/model/event-names.js';
import type { OrderFill } from '../../src/model/fill.js';
import type { InstrumentInput } from '../../src/model/instrument.js';
import type {
  MonitorEvent,
  MonitorEventMap,
  MonitorEventName,
} from '../../src/model/monitor-event.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PositionMode } from '../../src/model/side.js';
import type { TrancheView } from '../../src/model/views.js';
import type { GlobalSettings, SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import type { PositionMonitorOptions } from '../../src/monitor/options.js';
import { PositionMonitor } from '../../src/monitor/position-monitor.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { OrderStatusReport, PlaceOrderRequest } from '../../src/ports/exchange-adapter.js';
import type { RequestScheduler } from '../../src/ports/request-scheduler.js';
import type { Store } from '../../src/ports/store.js';
import { RecordingExchange, type RecordingOptions } from './recording-exchange.js';

export const BTC = 'BTCUSDT';
export const ETH = 'ETHUSDT';
export const BTC_INSTRUMENT: InstrumentInput = { symbol: BTC, tickSize: '0.1', stepSize: '0.001' };
export const ETH_INSTRUMENT: InstrumentInput = { symbol: ETH, tickSize: '0.01', stepSize: '0.001' };

export interface CoreBenchOptions extends RecordingOptions {
  readonly symbols?: Readonly<Record<string, SymbolSettings>>;
  readonly globals?: GlobalSettings;
  readonly positionMode?: PositionMode;
  readonly instruments?: readonly InstrumentInput[];
  readonly sources?: readonly PriceSource[];
  readonly store?: Store;
  readonly paper?: Partial<PaperExchangeOptions>;
  readonly monitor?: Partial<PositionMonitorOptions>;
  /** The bench of an earlier life: its account and its time go on. */
  readonly after?: CoreBench;
}

/** Requests are not repeated and not held back, so that a trace shows what the core decided. */
const PLAIN_SCHEDULER: RequestScheduler = {
  run: (_lane, task) => task(),
  read: (task) => task(),
  pending: 0,
};

/** A monitor on virtual time before a paper exchange that records every request. */
export class CoreBench {
  readonly clock: VirtualClock;
  readonly paper: PaperExchange;
  readonly exchange: RecordingExchange;
  readonly feed: ManualFeed;
  readonly store: Store;
  readonly events: MonitorEvent[] = [];
  readonly monitor: PositionMonitor;
  #orders = 0;

  constructor(options: CoreBenchOptions = {}) {
    const clock = options.after?.clock ?? new VirtualClock();
    this.clock = clock;
    this.paper =
      options.after?.paper ??
      new PaperExchange({
        instruments: options.instruments ?? [BTC_INSTRUMENT, ETH_INSTRUMENT],
        positionMode: options.positionMode ?? 'hedge',
        clock,
        idPrefix: 'x',
        ...options.paper,
      });
    this.exchange = new RecordingExchange(this.paper, options);
    this.feed = new ManualFeed({ clock, ...(options.sources && { sources: options.sources }) });
    this.store = options.store ?? new MemoryStore();
    this.monitor = new PositionMonitor({
      config: {
        ...(options.globals && { globals: options.globals }),
        symbols: options.symbols ?? { '*': { takeProfitPct: 1, stopLossPct: 5 } },
      },
      exchange: this.exchange,
      feed: this.feed,
      clock,
      store: this.store,
      scheduler: PLAIN_SCHEDULER,
      ...options.monitor,
    });
    for (const name of EVENT_NAMES) {
      this.monitor.on(name, (payload) => {
        this.events.push({ name, payload } as MonitorEvent);
      });
    }
  }

  static async started(options: CoreBenchOptions = {}): Promise<CoreBench> {
    const bench = new CoreBench(options);
    await bench.monitor.start();
    await bench.monitor.settled();
    return bench;
  }

  /**
   * Hands a fill over as a host does, and waits for the answer: a BUY that opens or grows the LONG side unless told
   * otherwise. Time passes only where the monitor waits for it.
   */
  fill(quantity: string, price: string, more: Partial<OrderFill> = {}): Promise<boolean> {
    return this.until(this.monitor.handleOrderFill(this.fillOf(quantity, price, more)));
  }

  fillOf(quantity: string, price: string, more: Partial<OrderFill> = {}): OrderFill {
    this.#orders += 1;
    return {
      orderId: `e${this.#orders}`,
      symbol: BTC,
      side: 'BUY',
      executedQty: quantity,
      avgPrice: price,
      status: 'FILLED',
      time: this.clock.now(),
      ...more,
    };
  }

  /** Lets time pass until the promise settles; fails after `limitMs` of virtual time. */
  async until<Result>(promise: Promise<Result>, limitMs = 60_000): Promise<Result> {
    let done = false;
    const settle = (): void => {
      done = true;
    };
    promise.then(settle, settle);
    const end = this.clock.now() + limitMs;
    await this.settle();
    while (!done) {
      const next = this.clock.nextTimerAt;
      if (next === null || next > end) throw new Error('the promise does not settle');
      this.clock.advanceTo(next);
      await this.settle();
    }
    return promise;
  }

  /**
   * Lets everything happen that needs no time; also what has not reached the core yet. Requests that get no answer are not
   * waited for.
   */
  async settle(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 3; ) {
      await drained();
      idleTurns = this.monitor.busy ? 0 : idleTurns + 1;
      await this.monitor.settled({ requests: false });
    }
  }

  /** A price at the venue alone: its orders match, the monitor's feed does not hear of it. */
  async market(price: number, more: { symbol?: string; source?: PriceSource } = {}): Promise<void> {
    const { symbol = BTC, source = 'LAST' } = more;
    this.paper.acceptPrice(symbol, source, price, this.clock.now());
    await this.settle();
  }

  /** A price, and everything that follows from it without time passing. */
  async tick(price: number, more: { symbol?: string; source?: PriceSource } = {}): Promise<void> {
    const { symbol = BTC, source = 'LAST' } = more;
    this.feed.tick(symbol, price, { source, time: this.clock.now() });
    await this.settle();
  }

  /** Lets virtual time pass, timer by timer. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.settle();
    for (;;) {
      const next = this.clock.nextTimerAt;
      if (next === null || next > end) break;
      this.clock.advanceTo(next);
      await this.settle();
    }
    this.clock.advanceTo(end);
    await this.settle();
  }

  /** An order of somebody else at the exchange; the account stream tells of it. */
  async trade(quantity: string, more: Partial<PlaceOrderRequest> = {}): Promise<void> {
    this.#orders += 1;
    const hedge = (await this.paper.fetchAccount()).positionMode === 'hedge';
    const outcome = await this.paper.placeOrder({
      clientOrderId: `somebody-${this.#orders}`,
      symbol: BTC,
      side: 'BUY',
      positionSide: hedge ? 'LONG' : 'BOTH',
      kind: 'market',
      quantity,
      reduceOnly: false,
      expiresAt: this.clock.now() + 1_000,
      ...more,
    });
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    await this.settle();
  }

  /** Open orders at the exchange, e.g. `SELL LONG limit 0.1 @ 45450`. Sorted. */
  async resting(symbol?: string): Promise<readonly string[]> {
    const open = await this.paper.fetchOpenOrders(symbol);
    return open.map(describeOrder).sort();
  }

  /** What the account holds, e.g. `LONG 0.1`. */
  async held(symbol: string = BTC): Promise<string> {
    const rows = await this.paper.fetchPositions(symbol);
    return rows.map(({ side, quantity }) => `${side} ${quantity}`).join(', ');
  }

  tranches(symbol: string = BTC): readonly TrancheView[] {
    return this.monitor.getPositionStatus(symbol).tranches;
  }

  tranche(index = 0, symbol: string = BTC): TrancheView {
    const view = this.tranches(symbol)[index];
    if (view === undefined) throw new Error(`no tranche ${index} of ${symbol}`);
    return view;
  }

  named<Name extends MonitorEventName>(name: Name): MonitorEventMap[Name][] {
    return this.events
      .filter((event) => event.name === name)
      .map((event) => event.payload as MonitorEventMap[Name]);
  }
}

/** Writes of a bench in one line each, e.g. `place limit SELL LONG 0.1 @ 45450`. */
export function trace(bench: CoreBench): readonly string[] {
  return bench.exchange.writes.map((call) => {
    if (call.call === 'place') return `place ${call.orders.map(describeOrder).join(' + ')}`;
    return call.call === 'cancel' ? `cancel ${call.order.kind}` : '';
  });
}

/** Lets everything run that waits for nothing but its turn. */
export function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function describeOrder(
  order: Pick<
    PlaceOrderRequest | OrderStatusReport,
    'side' | 'positionSide' | 'kind' | 'quantity' | 'price' | 'triggerPrice'
  >,
): string {
  const level = order.price ?? order.triggerPrice;
  return `${order.side} ${order.positionSide} ${order.kind} ${order.quantity}${level === undefined ? '' : ` @ ${level}`}`;
}
