import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MonitorEventName } from '../../model/monitor-event.js';
import type { MonitorState } from '../../model/monitor-health.js';
import type { OrderKind } from '../../model/order.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { ExchangeAdapter, OrderOutcome } from '../../ports/exchange-adapter.js';
import type { RequestScheduler } from '../../ports/request-scheduler.js';
import { healthAnswer } from './health-answer.js';
import type { PictureTaker } from './picture-taker.js';
import type { WatchedFeed } from './watched-feed.js';

const PREFIX = 'position_monitor_';
/** From a tenth of a millisecond to what nobody wants to see, ms. */
const DURATION_BUCKETS = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
];
const STATES: readonly MonitorState[] = [
  'idle',
  'starting',
  'running',
  'paused',
  'halted',
  'stopping',
  'stopped',
];

export interface MetricsOptions {
  readonly version: string;
  readonly monitor: PositionMonitor;
  readonly exchange: ExchangeAdapter;
  readonly prices: WatchedFeed;
  readonly pictures: PictureTaker;
  readonly scheduler: RequestScheduler;
  /** How many hear events. */
  readonly listeners: () => number;
}

/**
 * What `/metrics` tells, in the text format of Prometheus.
 *
 * Durations are in milliseconds, as everywhere in this package; each name says so. Labels take few values: names of
 * symbols that are held or watched, and words of ours; no id of an order, a tranche or an account.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #orders: Counter<'kind' | 'outcome'>;
  readonly #rejections: Counter<'code'>;
  readonly #events: Counter<'event'>;
  readonly #filled: Histogram;
  readonly #ticked: Histogram;

  constructor(options: MetricsOptions) {
    const registers = [this.#registry];
    this.#orders = new Counter({
      name: `${PREFIX}orders_total`,
      help: 'Orders handed to the exchange, by kind and by how the request ended.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#rejections = new Counter({
      name: `${PREFIX}order_rejections_total`,
      help: 'Orders that the exchange refused, by reason.',
      labelNames: ['code'],
      registers,
    });
    this.#events = new Counter({
      name: `${PREFIX}events_total`,
      help: 'Events of the monitor, by name.',
      labelNames: ['event'],
      registers,
    });
    this.#filled = new Histogram({
      name: `${PREFIX}fill_to_covered_milliseconds`,
      help: 'From an entry fill to everything that its plan wants resting or guarded.',
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#ticked = new Histogram({
      name: `${PREFIX}tick_to_order_milliseconds`,
      help: 'From the price that hit a level to its closing order in the hands of the adapter.',
      buckets: DURATION_BUCKETS,
      registers,
    });
    gaugesOfHealth(this.#registry, options);
    gaugesOfPositions(this.#registry, options);
    gaugesOfTraffic(this.#registry, options);
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  ordered(kind: OrderKind, outcome: OrderOutcome['kind'], code: string | null): void {
    this.#orders.inc({ kind, outcome });
    if (outcome === 'rejected') this.#rejections.inc({ code: code ?? 'other' });
  }

  event(name: MonitorEventName): void {
    this.#events.inc({ event: name });
  }

  filled(durationMs: number): void {
    this.#filled.observe(durationMs);
  }

  ticked(durationMs: number): void {
    this.#ticked.observe(durationMs);
  }
}

function gaugesOfHealth(registry: Registry, { monitor, version }: MetricsOptions): void {
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}info`,
    help: 'Always 1; the version stands in the label.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: `${PREFIX}state`,
    help: '1 for the state in which the monitor is, 0 for the others.',
    labelNames: ['state'],
    registers,
    collect() {
      const { state } = monitor.getHealth();
      for (const each of STATES) this.set({ state: each }, each === state ? 1 : 0);
    },
  });
  const naked = new Counter({
    name: `${PREFIX}unprotected_milliseconds_total`,
    help: 'Time for which tranches wanted a stop and nothing covered them, summed over tranches.',
    registers,
    collect() {
      naked.reset();
      naked.inc(Math.max(0, monitor.getHealth().nakedMs));
    },
  });
  const errors = new Counter({
    name: `${PREFIX}errors_total`,
    help: 'Failures that the monitor told.',
    registers,
    collect() {
      errors.reset();
      errors.inc(monitor.getHealth().errors);
    },
  });
  const plain: readonly [string, string, (health: ReturnType<typeof healthAnswer>) => number][] = [
    ['healthy', '1 when /health answers 200.', (health) => Number(health.healthy)],
    ['feed_connected', '1 when the price feed is connected.', (h) => Number(h.websocketConnected)],
    ['exchange_connected', '1 when the exchange is connected.', (h) => Number(h.exchangeConnected)],
    ['store_writable', '1 when the store can be written.', (h) => Number(h.storeWritable)],
    ['positions', 'Sides that hold something.', (h) => h.activePositions],
    [
      'unprotected_tranches',
      'Tranches that want a stop and are covered by nothing.',
      (h) => h.unprotected,
    ],
    [
      'unprotected_if_crashed_tranches',
      'Tranches that orders at the exchange alone do not cover.',
      (h) => h.unprotectedIfCrashed,
    ],
    ['pending_orders', 'Orders of ours that are alive.', (h) => h.pendingOrders],
    ['unresolved_orders', 'Orders of ours whose fate is not known.', (h) => h.unresolvedOrders],
    ['stale_symbols', 'Symbols whose prices are too old to act on.', (h) => h.staleSymbols.length],
    ['uptime_milliseconds', 'Time since the start.', (h) => h.uptimeMs],
  ];
  for (const [name, help, read] of plain) {
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.set(read(healthAnswer(monitor.getHealth())));
      },
    });
  }
}

function gaugesOfPositions(registry: Registry, { pictures }: MetricsOptions): void {
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}exposure_contracts`,
    help: 'What is held, by how it is covered; the parts of a side sum to the whole.',
    labelNames: ['symbol', 'side', 'cover'],
    registers,
    collect() {
      this.reset();
      for (const { symbol, side, cover } of pictures.positions()) {
        const { resting, local, uncovered, withoutStop } = cover;
        this.set({ symbol, side, cover: 'resting' }, Number(resting));
        this.set({ symbol, side, cover: 'local' }, Number(local));
        this.set({ symbol, side, cover: 'uncovered' }, Number(uncovered));
        this.set({ symbol, side, cover: 'without-stop' }, Number(withoutStop));
      }
    },
  });
  new Gauge({
    name: `${PREFIX}unrealized_pnl`,
    help: 'At the last price, before fees, in the quote asset.',
    labelNames: ['symbol', 'side'],
    registers,
    collect() {
      this.reset();
      for (const { symbol, side, unrealizedPnl } of pictures.positions()) {
        if (unrealizedPnl !== null) this.set({ symbol, side }, Number(unrealizedPnl));
      }
    },
  });
  new Gauge({
    name: `${PREFIX}tranches`,
    help: 'Tranches that are held, by how they are covered.',
    labelNames: ['coverage'],
    registers,
    collect() {
      const counts = { resting: 0, pooled: 0, local: 0, none: 0 };
      for (const { tranches } of pictures.positions()) {
        for (const { coverage } of tranches) counts[coverage] += 1;
      }
      for (const [coverage, count] of Object.entries(counts)) this.set({ coverage }, count);
    },
  });
}

function gaugesOfTraffic(
  registry: Registry,
  { prices, scheduler, exchange, listeners }: MetricsOptions,
): void {
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}price_age_milliseconds`,
    help: 'Age of the latest price, by symbol and source.',
    labelNames: ['symbol', 'source'],
    registers,
    collect() {
      this.reset();
      for (const { symbol, source, ageMs } of prices.ages()) this.set({ symbol, source }, ageMs);
    },
  });
  new Gauge({
    name: `${PREFIX}requests_waiting`,
    help: 'Requests to the exchange that wait or are under way.',
    registers,
    collect() {
      this.set(scheduler.pending);
    },
  });
  new Gauge({
    name: `${PREFIX}request_budget_left`,
    help: 'What the exchange still allows, by limit; the length of its window in ms stands in the label.',
    labelNames: ['limit', 'window_ms'],
    registers,
    collect() {
      this.reset();
      for (const { kind, windowMs, limit, used } of exchange.requestUsage?.() ?? []) {
        this.set({ limit: kind, window_ms: windowMs }, Math.max(0, limit - used));
      }
    },
  });
  new Gauge({
    name: `${PREFIX}page_listeners`,
    help: 'Connections that hear events.',
    registers,
    collect() {
      this.set(listeners());
    },
  });
}
