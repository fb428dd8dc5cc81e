import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import http from 'node:http';
import WebSocket from 'ws';
import type { ExchangeAddress } from './exchange-client.js';
import { API_KEY, API_SECRET, LOCAL, QUANTITY } from './words.js';

/** The least that does the same work: signed requests over kept connections, one stream, no memory, no checks. */
export class BareLoop {
  readonly #address: ExchangeAddress;
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #key: KeyObject = createSecretKey(API_SECRET, 'utf8');
  #socket: WebSocket | null = null;
  /** Price at which it closes; `null` = not now. */
  #level: number | null = null;
  #onClosed: () => void = () => {};

  constructor(address: ExchangeAddress) {
    this.#address = address;
  }

  async open(): Promise<void> {
    const stream = `${LOCAL.toLowerCase()}@bookTicker`;
    const socket = new WebSocket(`${this.#address.streamUrl}/public/ws/${stream}`);
    this.#socket = socket;
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (data) => {
      const { b } = JSON.parse(String(data)) as { readonly b: string };
      if (this.#level === null || Number(b) < this.#level) return;
      this.#level = null;
      void this.send('POST', 'order', {
        symbol: LOCAL,
        side: 'SELL',
        positionSide: 'LONG',
        type: 'MARKET',
        quantity: QUANTITY,
      }).then(this.#onClosed);
    });
  }

  /** Closes as soon as the price is there. @returns resolves when the close was answered */
  arm(level: number): Promise<void> {
    this.#level = level;
    return new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  /** One signed request. Rejects when it was not accepted. */
  send(
    method: 'POST' | 'DELETE',
    path: string,
    params: Readonly<Record<string, string>>,
  ): Promise<void> {
    const query = new URLSearchParams({ ...params, timestamp: `${Date.now()}` }).toString();
    const signature = createHmac('sha256', this.#key).update(query).digest('hex');
    const signed = `${query}&signature=${signature}`;
    const url = `${this.#address.restUrl}/fapi/v1/${path}`;
    return new Promise((resolve, reject) => {
      const request = http.request(
        method === 'POST' ? url : `${url}?${signed}`,
        {
          method,
          agent: this.#agent,
          headers: {
            'x-mbx-apikey': API_KEY,
            'content-type': 'application/x-www-form-urlencoded',
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text) as never);
            else reject(new Error(`${path}: ${text}`));
          });
        },
      );
      request.on('error', reject);
      request.end(method === 'POST' ? signed : undefined);
    });
  }

  close(): void {
    this.#socket?.terminate();
    this.#agent.destroy();
  }
}
