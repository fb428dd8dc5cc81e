import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TimerHandle } from '../../ports/clock.js';
import { accountEvents } from './event-words.js';
import type { ListenKeys } from './listen-keys.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { aggTradeEvent, bookTickerEvent, markPriceEvent } from './market-words.js';
import type { WireObject } from './order-words.js';
import { readStreamPath, StreamConnection, type StreamRoute } from './stream-connection.js';
import { EventFaults } from './stream-faults.js';

/** Which streams something happens to. */
export type StreamKind = 'account' | 'market';

/** Slow mark prices come once in so many periods of the fast ones. */
const SLOW_MARK_EVERY = 3;

/** The door of the streams: connections, subscriptions, and what is pushed to them. */
export class StreamDoor {
  readonly events = new EventFaults();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #exchange: LoopbackExchange;
  readonly #listenKeys: ListenKeys;
  readonly #connections = new Set<StreamConnection>();
  readonly #silent = new Set<StreamKind>();
  readonly #timers = new Set<TimerHandle>();
  #refusedNext = 0;
  #held: WireObject[] = [];
  #updateId = 1_000_000;
  #publicTradeId = 500_000;
  #markTicks = 0;
  #isClosed = false;

  constructor(exchange: LoopbackExchange, listenKeys: ListenKeys, server: Server) {
    this.#exchange = exchange;
    this.#listenKeys = listenKeys;
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    exchange.onNews = (news) => {
      for (const event of accountEvents(news, exchange)) this.#emit(event);
    };
    exchange.onMarket = (symbol, hasTraded) => this.#onMarket(symbol, hasTraded);
    this.#every(exchange.options.markPriceEveryMs, () => this.#onPeriod());
    this.#every(exchange.dialect.pingEveryMs, () => {
      for (const connection of this.#connections) {
        if (!this.#isSilent(connection)) connection.ping();
      }
    });
  }

  /** Open connections. */
  count(kind?: StreamKind): number {
    return [...this.#connections].filter((one) => kind === undefined || kindOf(one) === kind)
      .length;
  }

  /** Breaks connections without a word. */
  cut(kind?: StreamKind): void {
    for (const connection of this.#connections) {
      if (kind === undefined || kindOf(connection) === kind) connection.cut();
    }
  }

  /** Connections stay, nothing comes. */
  silence(kind: StreamKind): void {
    this.#silent.add(kind);
  }

  /** What was not pushed meanwhile stays lost. */
  speak(kind: StreamKind): void {
    this.#silent.delete(kind);
  }

  /** The next handshakes are answered with 503. */
  refuseNext(times: number): void {
    this.#refusedNext += times;
  }

  /** The listen key ends now; the stream is told. */
  expireListenKey(): void {
    this.#listenKeys.expire();
    this.#tellExpired();
  }

  /** Pushes any event to the account stream, e.g. a late one again. */
  push(event: WireObject): void {
    this.#deliver(event);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) this.#exchange.options.clock.clearTimer(timer);
    for (const connection of this.#connections) connection.cut();
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#refusedNext > 0) {
      this.#refusedNext -= 1;
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (peer) => this.#join(peer, request));
  }

  #join(peer: WebSocket, request: IncomingMessage): void {
    const { dialect, legacyStreamPaths, streamAgeMaxMs } = this.#exchange.options;
    const path = readStreamPath(request.url ?? '/', dialect.splitRoutes, legacyStreamPaths);
    const connection = new StreamConnection(peer, path);
    this.#connections.add(connection);
    const meter = this.#inboundMeter();
    const { clock } = this.#exchange.options;
    const age = clock.setTimer(() => connection.end(1001, 'the connection is old'), streamAgeMaxMs);
    this.#timers.add(age);
    peer.on('error', () => {});
    peer.on('close', () => {
      this.#connections.delete(connection);
      this.#timers.delete(age);
      clock.clearTimer(age);
    });
    peer.on('message', (data) => {
      if (!meter()) connection.end(1008, 'Too many requests');
      else if (!this.#isSilent(connection)) this.#onCommand(connection, String(data));
    });
  }

  #onCommand(connection: StreamConnection, text: string): void {
    const command = readCommand(text);
    if (command === null) {
      connection.send({ error: { code: 3, msg: 'Invalid JSON: expected value' } });
      return;
    }
    const { id, method, params } = command;
    const { streams } = connection;
    if (method === 'LIST_SUBSCRIPTIONS') {
      connection.send({ result: [...streams], id });
      return;
    }
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') {
      connection.send({ error: { code: 2, msg: 'Invalid request: unknown method' }, id });
      return;
    }
    const most = this.#exchange.dialect.streamsPerConnectionMax;
    if (method === 'SUBSCRIBE' && streams.size + params.length > most) {
      connection.send({ error: { code: 4, msg: `at most ${most} streams` }, id });
      return;
    }
    for (const stream of params) {
      if (method === 'SUBSCRIBE') streams.add(stream);
      else streams.delete(stream);
    }
    connection.send({ result: null, id });
  }

  /** One event of the account on its way, with what goes wrong there. */
  #emit(event: WireObject): void {
    const { eventDelayMs } = this.#exchange.options;
    const fault = this.events.take(event);
    if (fault?.do === 'drop') return;
    if (fault?.do === 'swap') {
      this.#held.push(event);
      return;
    }
    this.#later(eventDelayMs + (fault?.do === 'delay' ? fault.ms : 0), event);
    if (fault?.do === 'duplicate') this.#later(eventDelayMs, event);
    const held = this.#held;
    this.#held = [];
    for (const one of held) this.#later(eventDelayMs, one);
  }

  #later(ms: number, event: WireObject): void {
    if (ms <= 0) {
      this.#deliver(event);
      return;
    }
    const timer = this.#exchange.options.clock.setTimer(() => {
      this.#timers.delete(timer);
      this.#deliver(event);
    }, ms);
    this.#timers.add(timer);
  }

  #deliver(event: WireObject): void {
    for (const connection of this.#connections) {
      if (this.#isSilent(connection)) continue;
      const { events } = connection.path;
      if (events !== null && !events.includes(String(event.e))) continue;
      for (const stream of connection.streams) {
        if (this.#listenKeys.isAlive(stream)) connection.push(stream, 'private', event);
      }
    }
  }

  #tellExpired(): void {
    const listenKey = this.#listenKeys.takeExpired();
    if (listenKey === null) return;
    const { dialect } = this.#exchange;
    const event = {
      e: 'listenKeyExpired',
      E: this.#exchange.now(),
      ...(dialect.hasNewFields && { listenKey }),
    };
    for (const connection of this.#connections) {
      const { events } = connection.path;
      const isAsked = events === null || events.includes(event.e);
      if (isAsked && !this.#isSilent(connection)) connection.push(listenKey, 'private', event);
    }
  }

  #onMarket(symbol: string, hasTraded: boolean): void {
    const name = symbol.toLowerCase();
    this.#updateId += 1;
    const book = bookTickerEvent(symbol, this.#exchange, this.#updateId);
    this.#pushMarket('public', `${name}@bookTicker`, book);
    this.#pushMarket('public', '!bookTicker', book);
    if (hasTraded) {
      this.#publicTradeId += 1;
      const trade = aggTradeEvent(symbol, this.#exchange, this.#publicTradeId);
      this.#pushMarket('market', `${name}@aggTrade`, trade);
    }
    // Sooner than the real exchange, which tells it once in a period: tests need not wait.
    this.#pushMarks(['', '@1s'], [symbol]);
  }

  #onPeriod(): void {
    this.#tellExpired();
    this.#markTicks += 1;
    const isSlow = this.#markTicks % SLOW_MARK_EVERY === 0;
    this.#pushMarks(isSlow ? ['', '@1s'] : ['@1s'], [...this.#exchange.instruments.keys()]);
  }

  #pushMarks(speeds: readonly string[], symbols: readonly string[]): void {
    if (this.#connections.size === 0) return;
    const events = symbols.map((symbol) => markPriceEvent(symbol, this.#exchange));
    for (const speed of speeds) {
      this.#pushMarket('market', `!markPrice@arr${speed}`, events);
      for (const [index, symbol] of symbols.entries()) {
        this.#pushMarket('market', `${symbol.toLowerCase()}@markPrice${speed}`, events[index]);
      }
    }
  }

  #pushMarket(route: Exclude<StreamRoute, 'all' | 'lost'>, stream: string, data: unknown): void {
    for (const connection of this.#connections) {
      if (!this.#isSilent(connection)) connection.push(stream, route, data);
    }
  }

  #isSilent(connection: StreamConnection): boolean {
    return this.#silent.has(kindOf(connection));
  }

  /** Whether one more message of a connection may come in this second. */
  #inboundMeter(): () => boolean {
    const { clock, limits } = this.#exchange.options;
    let second = 0;
    let count = 0;
    return () => {
      const now = Math.floor(clock.monotonic() / 1_000);
      if (now !== second) count = 0;
      second = now;
      count += 1;
      return count <= limits.streamMessagesPerSecond;
    };
  }

  #every(ms: number, act: () => void): void {
    const { clock } = this.#exchange.options;
    const arm = (): void => {
      const timer = clock.setTimer(() => {
        this.#timers.delete(timer);
        if (this.#isClosed) return;
        act();
        arm();
      }, ms);
      this.#timers.add(timer);
    };
    arm();
  }
}

/** Listen keys are long and hold no sign of a market stream. */
function kindOf({ path, streams }: StreamConnection): StreamKind {
  const hasKey = [...streams].some((name) => /^[0-9a-f]{64}$/.test(name));
  return path.route === 'private' || hasKey ? 'account' : 'market';
}

function readCommand(
  text: string,
): { readonly id: unknown; readonly method: unknown; readonly params: readonly string[] } | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return null;
    const { id = null, method, params } = read as Readonly<Record<string, unknown>>;
    return { id, method, params: Array.isArray(params) ? params.map(String) : [] };
  } catch {
    return null;
  }
}
