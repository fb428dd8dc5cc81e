import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import {
  createExchangeServer,
  type ExchangeServer,
} from '../../../src/testing/exchange-server/create-exchange-server.js';
import type {
  ExchangeServerOptions,
  ServerInstrument,
} from '../../../src/testing/exchange-server/exchange-server-options.js';

export const BTC: ServerInstrument = {
  symbol: 'BTCUSDT',
  tickSize: '0.1',
  stepSize: '0.001',
  minQty: '0.001',
  maxQty: '1000',
  maxMarketQty: '120',
  minNotional: '5',
  priceBand: { up: '1.05', down: '0.95' },
  price: 60_000,
};
export const KEYS = { apiKey: 'loopback-key', apiSecret: 'loopback-secret' };

export function startServer(options: Partial<ExchangeServerOptions> = {}): Promise<ExchangeServer> {
  return createExchangeServer({
    dialect: 'binance',
    instruments: [BTC],
    triggerMs: 0,
    ...KEYS,
    ...options,
  });
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by many tests, each in its own way
  readonly body: any;
}

/** The smallest client that signs. */
export class SignedClient {
  readonly #server: ExchangeServer;
  /** Sent as the timestamp instead of the server's time. */
  timestamp: number | null = null;
  key = KEYS.apiKey;
  secret = KEYS.apiSecret;

  constructor(server: ExchangeServer) {
    this.#server = server;
  }

  async send(
    call: string,
    params: Readonly<Record<string, string | number | boolean>> = {},
    as: 'query' | 'body' = 'query',
  ): Promise<Reply> {
    const [method = 'GET', path = ''] = call.split(' ');
    const values = Object.entries({ ...params, timestamp: this.timestamp ?? this.#server.now() });
    const text = new URLSearchParams(
      values.map(([k, v]): [string, string] => [k, String(v)]),
    ).toString();
    const signature = createHmac('sha256', this.secret).update(text).digest('hex');
    const signed = `${text}&signature=${signature}`;
    const response = await fetch(
      `${this.#server.restUrl}/fapi/${path}${as === 'query' ? `?${signed}` : ''}`,
      {
        method,
        headers: {
          'X-MBX-APIKEY': this.key,
          ...(as === 'body' && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(as === 'body' && { body: signed }),
      },
    );
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  }

  async plain(path: string): Promise<Reply> {
    const response = await fetch(`${this.#server.restUrl}/fapi/${path}`);
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A stream that remembers what came. */
export class Listener {
  // biome-ignore lint/suspicious/noExplicitAny: events are looked into by many tests, each in its own way
  readonly events: any[] = [];
  readonly socket: WebSocket;
  isClosed = false;
  closeCode: number | null = null;
  #changed: (() => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data) => {
      this.events.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.socket.on('close', (code) => {
      this.isClosed = true;
      this.closeCode = code;
      this.#wake();
    });
    this.socket.on('error', () => {});
  }

  static async open(url: string): Promise<Listener> {
    const listener = new Listener(url);
    await new Promise((resolve, reject) => {
      listener.socket.once('open', resolve);
      listener.socket.once('error', reject);
    });
    return listener;
  }

  /** The account stream of a server, by the path of its dialect. */
  static async ofAccount(
    server: ExchangeServer,
    client: SignedClient,
    path = '/private/ws/',
  ): Promise<Listener> {
    const { listenKey } = (await client.send('POST v1/listenKey')).body;
    return Listener.open(`${server.streamUrl}${path}${listenKey}`);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  async count(wanted: number): Promise<void> {
    await this.until(() => this.events.length >= wanted);
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }
}
