import type { MonitorEventMap, MonitorEventName } from '../../model/monitor-event.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { Clock } from '../../ports/clock.js';
import type { ExchangeAdapter } from '../../ports/exchange-adapter.js';
import type { PriceFeed } from '../../ports/price-feed.js';
import type { RequestScheduler } from '../../ports/request-scheduler.js';
import { pageAssets } from '../page/assets.js';
import { pageDocument } from '../page/page-document.js';
import { EventStream } from './event-stream.js';
import { ExitTimer } from './exit-timer.js';
import { healthAnswer } from './health-answer.js';
import type { ListenAddress } from './listen-address.js';
import { Metrics } from './metrics.js';
import { PageAccess } from './page-access.js';
import { type PageRoute, PageServer, refuse, send } from './page-server.js';
import { PictureTaker } from './picture-taker.js';
import { watchedExchange } from './watched-exchange.js';
import { WatchedFeed } from './watched-feed.js';

export interface ServingOptions {
  readonly address: ListenAddress;
  /** Who has it may see the pages; `null` = everybody on this machine. */
  readonly token: string | null;
  readonly version: string;
  readonly exchange: ExchangeAdapter;
  readonly feed: PriceFeed;
  readonly scheduler: RequestScheduler;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

const RECENT_DEFAULT = 100;

/**
 * Health, metrics and the live page of one monitor.
 *
 * It sees the monitor from outside: by its public calls and events, and by looking at what passes between it, its
 * exchange and its prices. Nothing in here can act, and no failure in here reaches the monitor.
 */
export class Serving {
  /** What the monitor is to be given in place of its own. */
  readonly exchange: ExchangeAdapter;
  readonly feed: PriceFeed;
  readonly #options: ServingOptions;
  readonly #prices: WatchedFeed;
  readonly #events: EventStream;
  readonly #timer: ExitTimer;
  #metrics: Metrics | null = null;
  #server: PageServer | null = null;

  constructor(options: ServingOptions) {
    const { clock } = options;
    this.#options = options;
    this.#events = new EventStream(clock);
    this.#prices = new WatchedFeed(options.feed, clock);
    this.#timer = new ExitTimer({
      receivedAt: (symbol, source, price) => this.#prices.receivedAt(symbol, source, price),
      onOrder: (durationMs) => this.#metrics?.ticked(durationMs),
      onCovered: (durationMs) => this.#metrics?.filled(durationMs),
    });
    this.feed = this.#prices.feed;
    this.exchange = watchedExchange(options.exchange, {
      sent: ({ clientOrderId }) => this.#timer.handedOver(clientOrderId, clock.monotonic()),
      answered: (kind, outcome, code) => this.#metrics?.ordered(kind, outcome, code),
    });
  }

  /** An event of the monitor. */
  event(name: MonitorEventName, payload: MonitorEventMap[MonitorEventName]): void {
    this.#metrics?.event(name);
    this.#time(name, payload);
    this.#events.tell(name, payload);
  }

  /**
   * Opens the doors. The monitor need not run yet.
   *
   * @returns the address of the page
   * @throws ConfigError `CONFIG_INVALID` when the address cannot be had
   */
  async listen(monitor: PositionMonitor): Promise<string> {
    const { address, token, clock, exchange, scheduler, version, tell } = this.#options;
    const pictures = new PictureTaker(monitor, this.#prices, clock);
    const metrics = new Metrics({
      version,
      monitor,
      exchange,
      scheduler,
      pictures,
      prices: this.#prices,
      listeners: () => this.#events.size,
    });
    this.#metrics = metrics;
    this.#server = new PageServer({
      address,
      access: new PageAccess(token, () => clock.now()),
      routes: this.#routes(monitor, pictures, metrics),
      onFault: (error) => {
        const text = error instanceof Error ? error.message : String(error);
        tell(`warning: the page failed (${text}); the monitor goes on`);
      },
    });
    return this.#server.listen();
  }

  async close(): Promise<void> {
    this.#events.close();
    await this.#server?.close();
  }

  #routes(
    monitor: PositionMonitor,
    pictures: PictureTaker,
    metrics: Metrics,
  ): ReadonlyMap<string, PageRoute> {
    const { version } = this.#options;
    const page = pageDocument({
      title: 'position-monitor',
      assets: pageAssets('live'),
      data: { version },
      policy: 'header',
    });
    return new Map<string, PageRoute>([
      [
        '/',
        (request, response) => {
          response.setHeader('Content-Security-Policy', page.policy);
          send(response, request, { type: 'text/html; charset=utf-8', text: page.html });
        },
      ],
      [
        '/health',
        (request, response) => {
          const health = healthAnswer(monitor.getHealth());
          send(response, request, {
            status: health.healthy ? 200 : 503,
            type: 'application/json',
            text: `${JSON.stringify(health)}\n`,
          });
        },
      ],
      [
        '/metrics',
        async (request, response) => {
          send(response, request, { type: metrics.contentType, text: await metrics.text() });
        },
      ],
      [
        '/state',
        (request, response) => {
          const { searchParams } = request.url;
          const picture = pictures.picture(
            searchParams.get('symbol'),
            count(searchParams.get('since'), 0),
          );
          send(response, request, { type: 'application/json', text: JSON.stringify(picture) });
        },
      ],
      ['/events', this.#eventRoute],
    ]);
  }

  readonly #eventRoute: PageRoute = ({ url, isHead, headers }, response) => {
    if (!isHead && !this.#events.hasRoom) {
      const text = 'Too many listen already.';
      refuse(response, { status: 503, text, headers: { 'Retry-After': '10' } });
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    if (isHead) {
      response.end();
      return;
    }
    const last = headers['last-event-id'];
    const afterSeq = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : null;
    const recent = count(url.searchParams.get('recent'), RECENT_DEFAULT);
    this.#events.add(response, afterSeq, recent);
  };

  #time(name: MonitorEventName, payload: MonitorEventMap[MonitorEventName]): void {
    const timer = this.#timer;
    switch (name) {
      case 'fill:applied':
        timer.filled(payload as MonitorEventMap['fill:applied']);
        return;
      case 'protection:placed':
        timer.placed(payload as MonitorEventMap['protection:placed']);
        return;
      case 'trigger:hit':
        timer.hit(payload as MonitorEventMap['trigger:hit']);
        return;
      case 'order:submitted':
        timer.submitted(payload as MonitorEventMap['order:submitted']);
        return;
      case 'tranche:closed':
        timer.closed(payload as MonitorEventMap['tranche:closed']);
    }
  }
}

function count(given: string | null, otherwise: number): number {
  return given !== null && /^\d{1,15}$/.test(given) ? Number(given) : otherwise;
}
