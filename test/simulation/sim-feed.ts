import type { PriceSource } from '../../src/model/price.js';
import type { Clock } from '../../src/ports/clock.js';
import type {
  PriceFeed,
  PriceSink,
  Subscription,
  SubscriptionRequest,
} from '../../src/ports/price-feed.js';

/** A feed that hands on whatever it is told, sense or nonsense: what a careless adapter does. */
export class SimFeed implements PriceFeed {
  readonly sources: readonly PriceSource[];
  readonly #clock: Clock;
  #sink: PriceSink | null = null;

  constructor(clock: Clock, sources: readonly PriceSource[]) {
    this.#clock = clock;
    this.sources = sources;
  }

  async connect(sink: PriceSink): Promise<void> {
    this.#sink = sink;
    sink.connection('connected');
  }

  async subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]> {
    return requests;
  }

  async unsubscribe(): Promise<void> {}

  async close(): Promise<void> {
    this.#sink = null;
  }

  tick(symbol: string, source: PriceSource, price: number, exchangeTime: number): void {
    this.#sink?.tick(symbol, source, price, exchangeTime, this.#clock.monotonic());
  }

  connection(state: 'connected' | 'disconnected' | 'reconnected'): void {
    this.#sink?.connection(state);
  }
}
