import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { PriceSource } from '../../src/model/price.js';

/** Streams of prices on the loopback interface: every frame is sent by hand, to whoever subscribed to its stream. */
export class PriceVenue {
  readonly #server: WebSocketServer;
  readonly #streams = new Map<WebSocket, Set<string>>();
  #time = 0;
  #id = 0;

  static async open(): Promise<PriceVenue> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new PriceVenue(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#streams.size;
  }

  /** Streams that somebody is subscribed to, sorted. */
  get subscribed(): string[] {
    return [...new Set([...this.#streams.values()].flatMap((names) => [...names]))].sort();
  }

  push(symbol: string, source: PriceSource, price: number): void {
    this.#time = Math.max(Date.now(), this.#time + 1);
    this.#id += 1;
    const [name, frame] = this.#frameOf(symbol, source, price);
    this.send(name, frame);
  }

  send(stream: string, frame: unknown): void {
    const text = JSON.stringify(frame);
    for (const [socket, names] of this.#streams) if (names.has(stream)) socket.send(text);
  }

  /** Everything that was sent has been read: answers to pings come in order. */
  async drain(): Promise<void> {
    await Promise.all(
      [...this.#streams.keys()].map(async (socket) => {
        const pong = once(socket, 'pong');
        socket.ping();
        await pong;
      }),
    );
  }

  /** Resolves when these streams are subscribed. */
  async subscribedTo(streams: readonly string[]): Promise<void> {
    const missing = (): boolean => streams.some((name) => !this.subscribed.includes(name));
    while (missing()) await once(this.#server, 'subscribed');
  }

  /** Cuts every connection without a goodbye. */
  cut(): void {
    for (const socket of this.#streams.keys()) socket.terminate();
    this.#streams.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: WebSocket): void {
    const names = new Set<string>();
    this.#streams.set(socket, names);
    socket.on('close', () => this.#streams.delete(socket));
    socket.on('message', (data) => {
      const { method, params, id } = JSON.parse(String(data));
      for (const name of params) {
        if (method === 'SUBSCRIBE') names.add(name);
        else names.delete(name);
      }
      socket.send(JSON.stringify({ result: null, id }));
      this.#server.emit('subscribed');
    });
  }

  #frameOf(symbol: string, source: PriceSource, price: number): [string, unknown] {
    const s = symbol;
    const [E, T] = [this.#time, this.#time];
    const stream = symbol.toLowerCase();
    const p = String(price);
    if (source === 'MARK')
      return [`${stream}@markPrice@1s`, { e: 'markPriceUpdate', E, s, p, T: 0, st: 1 }];
    if (source === 'LAST')
      return [`${stream}@aggTrade`, { e: 'aggTrade', E, s, a: this.#id, p, q: '1', T, st: 1 }];
    const [b, a] = source === 'BID' ? [p, String(price + 1)] : [String(price - 1), p];
    return [`${stream}@bookTicker`, { e: 'bookTicker', u: this.#id, s, b, a, T, E, st: 1 }];
  }
}
