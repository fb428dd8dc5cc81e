import { performance } from 'node:perf_hooks';
import type { PriceFeed, PriceSink, Subscription, SubscriptionRequest } from 'position-monitor';
import type { PriceMessage } from '../wire.js';
import { ReconnectingSocket } from './reconnecting-socket.js';

/** The venue's price stream: LAST of every symbol, subscribed or not. */
export class VenueFeed implements PriceFeed {
  readonly sources = ['LAST'] as const;
  readonly #url: string;
  #socket: ReconnectingSocket | null = null;

  constructor(venueUrl: string) {
    this.#url = `${venueUrl.replace('http:', 'ws:')}/prices`;
  }

  connect(sink: PriceSink): Promise<void> {
    this.#socket = new ReconnectingSocket(this.#url, {
      message: (data) => {
        for (const [symbol, price, time] of data as PriceMessage) {
          sink.tick(symbol, 'LAST', price, time, performance.now());
        }
      },
      up: (isFirst) => sink.connection(isFirst ? 'connected' : 'reconnected'),
      down: (reason) => sink.connection('disconnected', reason),
    });
    return this.#socket.open();
  }

  subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]> {
    return Promise.resolve(requests.map(({ symbol }) => ({ symbol, sources: this.sources })));
  }

  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#socket?.close();
    return Promise.resolve();
  }
}
