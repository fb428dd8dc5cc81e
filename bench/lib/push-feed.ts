import type {
  PriceFeed,
  PriceSink,
  PriceSource,
  Subscription,
  SubscriptionRequest,
} from 'position-monitor';

/** The least that a feed is: what comes goes straight to the monitor. */
export class PushFeed implements PriceFeed {
  readonly sources: readonly PriceSource[] = ['LAST'];
  #sink: PriceSink | null = null;

  /** Where the monitor takes prices: the door that every feed, ours or a host's, pushes them through. */
  get sink(): PriceSink {
    if (this.#sink === null) throw new Error('the monitor has not connected the feed');
    return this.#sink;
  }

  async connect(sink: PriceSink): Promise<void> {
    this.#sink = sink;
    sink.connection('connected');
  }

  async subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]> {
    return requests.map(({ symbol }) => ({ symbol, sources: this.sources }));
  }

  async unsubscribe(): Promise<void> {}

  async close(): Promise<void> {
    this.#sink = null;
  }
}
