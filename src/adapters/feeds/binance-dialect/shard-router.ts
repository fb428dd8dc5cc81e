import type { FeedDialect } from './feed-dialect.js';
import { ALL_MARK_PRICES, type EventKind } from './stream-names.js';
import type { StreamShard } from './stream-shard.js';

/** Spreads streams over connections: by route, and at most so many on one. A stream stays where it is. */
export class ShardRouter {
  readonly #dialect: Pick<FeedDialect, 'routes' | 'streamsPerConnection'>;
  readonly #make: (route: string) => StreamShard;
  readonly #shards: StreamShard[] = [];
  readonly #shardOf = new Map<string, StreamShard>();

  /** @param make a shard of the route, not open yet */
  constructor(
    dialect: Pick<FeedDialect, 'routes' | 'streamsPerConnection'>,
    make: (route: string) => StreamShard,
  ) {
    this.#dialect = dialect;
    this.#make = make;
  }

  get shards(): readonly StreamShard[] {
    return this.#shards;
  }

  /** The connection that proves at the start that the exchange can be reached. */
  first(): StreamShard {
    return this.#shards[0] ?? this.#add(this.#dialect.routes.market);
  }

  shardOf(name: string): StreamShard | undefined {
    return this.#shardOf.get(name);
  }

  add(name: string, kind: EventKind): void {
    if (this.#shardOf.has(name)) return;
    const { routes, streamsPerConnection } = this.#dialect;
    const route = kind === 'book' ? routes.quotes : routes.market;
    let shard = this.#shards.find((one) => one.route === route && one.size < streamsPerConnection);
    if (shard === undefined) {
      shard = this.#add(route);
      shard.openEventually();
    }
    this.#shardOf.set(name, shard);
    shard.add(name);
  }

  remove(name: string): void {
    const shard = this.#shardOf.get(name);
    if (shard === undefined) return;
    this.#shardOf.delete(name);
    shard.remove(name);
    // The last connection stays: it shows whether the exchange can be reached.
    if (shard.size > 0 || this.#shards.length === 1) return;
    this.#shards.splice(this.#shards.indexOf(shard), 1);
    shard.close();
  }

  get names(): Iterable<string> {
    return this.#shardOf.keys();
  }

  /** Whether mark prices of all symbols are subscribed and acknowledged. */
  get hasAllMarkPrices(): boolean {
    return this.#shardOf.get(ALL_MARK_PRICES)?.isComplete ?? false;
  }

  close(): void {
    for (const shard of this.#shards) shard.close();
    this.#shards.length = 0;
    this.#shardOf.clear();
  }

  #add(route: string): StreamShard {
    const shard = this.#make(route);
    this.#shards.push(shard);
    return shard;
  }
}
