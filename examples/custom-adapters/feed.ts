import type { Clock, PriceFeed, PriceSink, SubscriptionRequest } from 'position-monitor';
import type { TextSocket } from './toy-socket.js';

const STALE_AFTER_MS = 10_000;
const RECONNECT_AFTER_MS = 1_000;

/** A feed over a socket that sends `{"m":"BTCUSDT","p":"45000.1","t":1700000000000}` for each trade. */
export class SocketFeed implements PriceFeed {
  readonly sources = ['LAST'] as const;
  readonly #dial: () => TextSocket;
  readonly #clock: Clock;
  /** When a symbol was heard last, monotonic ms; `null` = it was told to be stale. */
  readonly #heard = new Map<string, number | null>();
  #sink: PriceSink | null = null;
  #socket: TextSocket | null = null;
  #timer: unknown;

  constructor(dial: () => TextSocket, clock: Clock) {
    this.#dial = dial;
    this.#clock = clock;
  }

  connect(sink: PriceSink): Promise<void> {
    this.#sink = sink;
    return new Promise((resolve) => this.#open(() => resolve(sink.connection('connected'))));
  }

  async subscribe(requests: readonly SubscriptionRequest[]) {
    for (const { symbol } of requests) this.#ask(symbol);
    return requests.map(({ symbol }) => ({ symbol, sources: this.sources }));
  }

  async unsubscribe(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) {
      this.#heard.delete(symbol);
      this.#socket?.send(JSON.stringify({ unsubscribe: symbol }));
    }
  }

  async close(): Promise<void> {
    this.#sink = null;
    this.#clock.clearTimer(this.#timer);
    this.#socket?.close();
  }

  #open(isUp: () => void): void {
    const socket = this.#dial();
    socket.onopen = () => {
      this.#socket = socket;
      isUp();
      this.#watch();
    };
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#reopen();
  }

  #ask(symbol: string): void {
    this.#heard.set(symbol, this.#clock.monotonic());
    this.#socket?.send(JSON.stringify({ subscribe: symbol }));
  }

  #hear({ m: symbol, p: price, t: time }: { m: string; p: string; t: number }): void {
    if (!this.#heard.has(symbol)) return;
    const now = this.#clock.monotonic();
    if (this.#heard.get(symbol) === null) this.#sink?.staleness(symbol, false);
    this.#heard.set(symbol, now);
    try {
      // Whether it is a price is for the monitor to judge: what is hidden here cannot be reported there.
      this.#sink?.tick(symbol, 'LAST', Number(price), time, now);
    } catch {
      // A listener that throws must not cost the next tick.
    }
  }

  /** Connected and silent is how positions get lost, so it is looked for every second. */
  #watch(): void {
    for (const [symbol, heardAt] of this.#heard) {
      if (heardAt === null || this.#clock.monotonic() - heardAt < STALE_AFTER_MS) continue;
      this.#heard.set(symbol, null);
      this.#sink?.staleness(symbol, true);
    }
    this.#timer = this.#clock.setTimer(() => this.#watch(), 1_000);
  }

  #reopen(): void {
    this.#clock.clearTimer(this.#timer);
    this.#socket = null;
    if (this.#sink === null) return;
    this.#sink.connection('disconnected', 'the socket was closed');
    const isBack = () => {
      this.#sink?.connection('reconnected');
      for (const symbol of this.#heard.keys()) {
        this.#ask(symbol);
        this.#sink?.gap(symbol, 'the socket was closed');
      }
    };
    this.#timer = this.#clock.setTimer(() => this.#open(isBack), RECONNECT_AFTER_MS);
  }
}
