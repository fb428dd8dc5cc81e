import {
  ACCOUNT_STREAM_AGE_MAX_MS,
  ACCOUNT_STREAM_RECONNECT_MAX_MS,
  ACCOUNT_STREAM_RECONNECT_MIN_MS,
} from '../../../../limits.js';
import type {
  ResilientStream,
  ResilientStreamOptions,
} from '../../../../platform/sockets/stream-options.js';
import type { CreateWebSocket } from '../../../../platform/sockets/web-socket-like.js';
import type { Clock } from '../../../../ports/clock.js';
import type { ExchangeSink, OrderStatusReport } from '../../../../ports/exchange-adapter.js';
import type { Logger } from '../../../../ports/logger.js';
import { readUserEvent, type UserEvent } from '../codec/user-events.js';
import type { ConditionalOrders } from '../conditional-orders.js';
import type { Dialect } from '../dialect.js';
import { parseJson } from '../parse-json.js';
import type { RestClient } from '../rest-call.js';
import { EventRouter } from './event-router.js';
import { ListenKey } from './listen-key.js';
import { PacedGap } from './paced-gap.js';
import { StreamCanary } from './stream-canary.js';

export interface AccountStreamOptions {
  readonly dialect: Dialect;
  readonly streamUrl: string;
  readonly client: RestClient;
  readonly clock: Clock;
  readonly sink: ExchangeSink;
  readonly logger: Logger;
  readonly createWebSocket: CreateWebSocket;
  readonly random: () => number;
  readonly createStream: (options: ResilientStreamOptions) => ResilientStream;
  readonly conditionals: ConditionalOrders;
  readonly findParent: (order: OrderStatusReport) => Promise<void>;
  readonly lookUp: (order: OrderStatusReport) => Promise<OrderStatusReport | null>;
}

/** What the exchange pushes about the account: connected, watched, read, passed on. */
export class AccountStream {
  readonly canary: StreamCanary;
  readonly #options: AccountStreamOptions;
  readonly #key: ListenKey;
  readonly #router: EventRouter;
  /** Margin and leverage move the price at which the exchange liquidates. */
  readonly #margin: PacedGap;
  readonly #stream: ResilientStream;
  #wasUp = false;
  /** Why the last attempt got no key: says more than that no connection could be made. */
  #keyFailure: unknown = null;
  #closed = false;

  constructor(options: AccountStreamOptions) {
    this.#options = options;
    const { clock, sink, client, dialect, conditionals, findParent, lookUp } = options;
    this.#key = new ListenKey({
      path: dialect.paths.listenKey,
      client,
      clock,
      onLost: () => this.#renew('the key of the account stream is gone'),
    });
    this.canary = new StreamCanary(clock, () =>
      this.#renew('the account stream is silent about an order that was accepted'),
    );
    this.#margin = new PacedGap(clock, (reason) => this.#gap(reason));
    this.#router = new EventRouter({ conditionals, clock, sink, findParent, lookUp });
    this.#stream = options.createStream({
      url: () => this.#url(),
      clock,
      createWebSocket: options.createWebSocket,
      random: options.random,
      reconnectMinMs: ACCOUNT_STREAM_RECONNECT_MIN_MS,
      reconnectMaxMs: ACCOUNT_STREAM_RECONNECT_MAX_MS,
      maxAgeMs: ACCOUNT_STREAM_AGE_MAX_MS,
      // An account where nothing happens says nothing.
      silentAfterMs: Number.POSITIVE_INFINITY,
      onMessage: (data) => this.#read(data),
      onOpen: () => {},
      onReplaced: (how) => {
        if (how === 'lost') this.#gap('the account stream was replaced late');
      },
      onState: (state, reason) => this.#state(state, reason),
    });
  }

  async open(): Promise<void> {
    try {
      await this.#stream.open();
    } catch (error) {
      throw this.#keyFailure ?? error;
    }
  }

  close(): void {
    this.#closed = true;
    this.canary.clear();
    this.#router.close();
    this.#margin.close();
    this.#key.close();
    this.#stream.close();
  }

  async #url(): Promise<string> {
    const { dialect, streamUrl } = this.#options;
    this.#keyFailure = null;
    const key = await this.#key.obtain().catch((error: unknown) => {
      this.#keyFailure = error;
      throw error;
    });
    const base = streamUrl.replace(/\/+$/, '');
    return `${base}${dialect.splitRoutes ? '/private' : ''}/ws/${key}`;
  }

  #state(state: 'up' | 'down', reason: string): void {
    if (this.#closed) return;
    const { sink } = this.#options;
    // Orders from before a change of the connection prove nothing about the one that is there now.
    this.canary.clear();
    if (state === 'down') {
      sink.connection('disconnected', reason);
      return;
    }
    sink.connection('connected');
    if (this.#wasUp) this.#gap('the account stream was interrupted');
    this.#wasUp = true;
  }

  /** Tells the gap at once: what was missed is read while the new connection is made. */
  #renew(reason: string): void {
    if (this.#closed) return;
    this.#options.logger.warn({ exchange: this.#options.dialect.id }, reason);
    this.#gap(reason);
    this.canary.clear();
    this.#stream.reconnect(reason);
  }

  #gap(reason: string): void {
    if (!this.#closed) this.#options.sink.gap(reason);
  }

  /** Whether the frame is a sign of life. */
  #read(data: string): boolean {
    if (this.#closed) return false;
    let event: UserEvent;
    try {
      event = readUserEvent(parseJson(data));
    } catch {
      // The text may hold anything: it is not shown.
      this.#options.logger.warn(
        { exchange: this.#options.dialect.id },
        'a message of the account stream cannot be read',
      );
      this.#gap('a message of the account stream cannot be read');
      return true;
    }
    return this.#take(event);
  }

  #take(event: UserEvent): boolean {
    const { sink, logger, dialect } = this.#options;
    switch (event.kind) {
      case 'order':
        this.canary.heard(event.report.clientOrderId);
        this.#router.order(event);
        return true;
      case 'algo':
        this.canary.heard(event.order.report.clientOrderId);
        this.#router.algo(event.order);
        return true;
      case 'positions':
        for (const position of event.positions) sink.position(position);
        if (event.marginMoved) this.#margin.gap('the margin of the account moved');
        return true;
      case 'trade-notice':
        this.canary.heard(event.clientOrderId);
        return true;
      case 'config':
        if (event.positionMode) this.#gap('the settings of the account changed');
        if (event.leverage) this.#margin.gap('a leverage changed');
        return true;
      case 'margin-call':
        logger.warn({ exchange: dialect.id, symbols: event.symbols.join(' ') }, 'margin call');
        this.#margin.gap('the exchange called for margin');
        return true;
      case 'key-expired':
        this.#renew('the key of the account stream expired');
        return true;
      case 'shutdown':
        this.#renew('the exchange announced that it ends the connection');
        return true;
      case 'ignored':
        return event.name !== '';
    }
  }
}
