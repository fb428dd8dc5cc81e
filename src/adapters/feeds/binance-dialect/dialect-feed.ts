import { FeedError } from '../../../errors/feed-error.js';
import { FEED_ASK_AFTER_MS, FEED_WATCH_MS } from '../../../limits.js';
import type { PriceSource } from '../../../model/price.js';
import { defaultWebSocket } from '../../../platform/sockets/web-socket.js';
import type { CreateWebSocket } from '../../../platform/sockets/web-socket-like.js';
import type { TimerHandle } from '../../../ports/clock.js';
import type {
  PriceFeed,
  PriceSink,
  Subscription,
  SubscriptionRequest,
} from '../../../ports/price-feed.js';
import { BarRequests } from './bar-requests.js';
import { ClockOffset } from './clock-offset.js';
import type { MarketEvent } from './decode-frame.js';
import type { FeedDialect } from './feed-dialect.js';
import {
  type DialectFeedOptions,
  type ResolvedFeedOptions,
  resolveFeedOptions,
} from './feed-options.js';
import { FrameScanner } from './frames/frame-scanner.js';
import { LaneBook } from './lane-book.js';
import { PriceRequests } from './price-requests.js';
import { SafeSink } from './safe-sink.js';
import { ShardRouter } from './shard-router.js';
import type { StreamLane } from './stream-lane.js';
import { FEED_SOURCES } from './stream-names.js';
import { StreamPlan } from './stream-plan.js';
import { type ShardEvents, StreamShard } from './stream-shard.js';
import { StreamWatch } from './stream-watch.js';

/** Prices of one exchange that speaks Binance's dialect. */
export class DialectFeed implements PriceFeed {
  readonly sources: readonly PriceSource[] = FEED_SOURCES;
  /** Absent when the feed must not ask for anything. */
  readonly fetchBars?: NonNullable<PriceFeed['fetchBars']>;
  readonly #dialect: FeedDialect;
  readonly #options: ResolvedFeedOptions;
  readonly #lanes = new LaneBook();
  readonly #offset = new ClockOffset();
  readonly #scanner = new FrameScanner(
    (kind, symbol) => this.#lanes.get(kind, symbol) !== undefined,
  );
  readonly #bars: BarRequests | null;
  #sink: SafeSink | null = null;
  #router: ShardRouter | null = null;
  #plan: StreamPlan | null = null;
  #watch: StreamWatch | null = null;
  #timer: TimerHandle = null;
  #isConnected = false;
  #isClosed = false;
  #isUp = false;
  /** Reception of what is being told, monotonic ms. */
  #receivedAt = 0;

  /** @throws ConfigError `CONFIG_INVALID` */
  constructor(dialect: FeedDialect, options: DialectFeedOptions) {
    this.#dialect = dialect;
    this.#options = resolveFeedOptions(options, dialect);
    const { clock, fetchJson, restUrl } = this.#options;
    const barsUrl = `${restUrl}${dialect.paths.bars}`;
    const bars = fetchJson === null ? null : new BarRequests(clock, fetchJson, barsUrl);
    this.#bars = bars;
    if (bars !== null) this.fetchBars = (...asked) => bars.fetch(...asked);
  }

  /** @throws FeedError `FEED_UNREACHABLE` when the first connection fails; may be called again then */
  async connect(sink: PriceSink): Promise<void> {
    if (this.#isClosed || this.#isConnected) throw unusable(this.#isClosed);
    this.#isConnected = true;
    try {
      const router = this.#newRouter(this.#options.createWebSocket ?? (await defaultWebSocket()));
      if (this.#isClosed) throw unusable(true);
      this.#build(router, new SafeSink(sink, this.#options.logger));
      await router.first().open();
    } catch (error) {
      this.#router?.close();
      this.#isConnected = false;
      throw error instanceof FeedError ? error : unreachable(this.#dialect.id, error);
    }
    if (this.#isClosed) throw unusable(true);
    this.#watchAgain();
  }

  async subscribe(requests: readonly SubscriptionRequest[]): Promise<readonly Subscription[]> {
    if (this.#plan === null || !this.#isConnected) throw unusable(this.#isClosed);
    const now = this.#options.clock.monotonic();
    const lanes = new Set<StreamLane>();
    const answer = requests.map(({ symbol, sources }) => ({
      symbol,
      sources: sources.filter((source) => {
        const lane = this.#lanes.want(symbol, source, now);
        if (lane !== null) lanes.add(lane);
        return lane !== null;
      }),
    }));
    this.#plan.extend(lanes);
    return answer;
  }

  async unsubscribe(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) {
      const lanes = this.#lanes.remove(symbol);
      this.#watch?.forget(symbol);
      this.#plan?.shrink(lanes);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#bars?.close();
    this.#options.clock.clearTimer(this.#timer);
    this.#sink?.close();
    this.#router?.close();
    this.#router = null;
    this.#plan = null;
    this.#watch = null;
  }

  #build(router: ShardRouter, sink: SafeSink): void {
    const { clock, fetchJson, restUrl, allSymbolsFrom } = this.#options;
    const { paths } = this.#dialect;
    const plan = new StreamPlan(this.#lanes, router, allSymbolsFrom);
    this.#router = router;
    this.#sink = sink;
    this.#plan = plan;
    this.#watch = new StreamWatch({
      ...this.#options,
      lanes: this.#lanes,
      plan,
      sink,
      offset: this.#offset,
      requests: fetchJson === null ? null : new PriceRequests(clock, fetchJson, restUrl, paths),
      tell: this.#tell,
    });
  }

  #newRouter(createWebSocket: CreateWebSocket): ShardRouter {
    const { streamUrl, routes } = this.#options;
    const options = { ...this.#options, createWebSocket };
    const { streamsPerConnection } = this.#dialect;
    return new ShardRouter(
      { routes, streamsPerConnection },
      (route) => new StreamShard(route, `${streamUrl}${route}`, options, this.#shardEvents),
    );
  }

  readonly #shardEvents: ShardEvents = {
    read: (frame) => this.#scanner.read(frame),
    onEvents: (shard, events, receivedAt, isReplacement) => {
      this.#heard(shard, events, receivedAt, isReplacement);
    },
    onUp: (shard, isFirst) => this.#shardUp(shard, isFirst),
    onDown: (shard, reason) => this.#shardDown(shard, reason),
    onReplaced: (shard, how) => this.#shardReplaced(shard, how),
    onReplacementFailed: (shard) => {
      for (const lane of this.#lanesOf(shard)) lane.dropReplacement();
    },
    onRefused: (names, reason) => {
      this.#options.logger.warn(
        { exchange: this.#dialect.id, streams: names.join(), reason },
        'The exchange refuses a price stream',
      );
    },
  };

  #heard(
    shard: StreamShard,
    events: readonly MarketEvent[],
    receivedAt: number,
    isReplacement: boolean,
  ): void {
    for (const event of events) {
      const lane = this.#lanes.get(event.kind, event.symbol);
      if (lane === undefined) continue;
      const late = this.#offset.lateness(receivedAt, event.sentAt);
      lane.isLate = late > FEED_ASK_AFTER_MS;
      lane.heardAt = Math.max(lane.heardAt, receivedAt - late);
      this.#receivedAt = receivedAt;
      if (!lane.take(event, isReplacement, receivedAt, this.#tell)) {
        this.#sink?.gap(lane.symbol, 'too many events waited for the old connection');
      }
      this.#watch?.heard(lane, shard, receivedAt);
    }
  }

  /** The price of one event, to the sources that somebody wants. */
  readonly #tell = (lane: StreamLane, event: MarketEvent): void => {
    const { price, ask, time } = event;
    // Asked for each one: whoever is told the bid may unsubscribe before the ask.
    if (lane.isPriceWanted && price > 0) {
      this.#sink?.tick(lane.symbol, lane.source, price, time, this.#receivedAt);
    }
    if (lane.isAskWanted && ask > 0) {
      this.#sink?.tick(lane.symbol, 'ASK', ask, time, this.#receivedAt);
    }
  };

  #shardUp(shard: StreamShard, isFirst: boolean): void {
    const now = this.#options.clock.monotonic();
    const lanes = this.#lanesOf(shard);
    for (const lane of lanes) lane.restart(now);
    this.#judgeConnection('connected');
    if (!isFirst) this.#tellGaps(lanes, 'the stream was interrupted');
  }

  #shardDown(shard: StreamShard, reason: string): void {
    this.#receivedAt = this.#options.clock.monotonic();
    // What a replacement brought is all that there is.
    for (const lane of this.#lanesOf(shard)) lane.endOverlap(this.#tell);
    this.#judgeConnection(reason);
    this.#watch?.look();
  }

  #shardReplaced(shard: StreamShard, how: 'planned' | 'lost'): void {
    this.#receivedAt = this.#options.clock.monotonic();
    const lanes = this.#lanesOf(shard);
    for (const lane of lanes) lane.endOverlap(this.#tell);
    if (how === 'lost')
      this.#tellGaps(lanes, 'the old connection ended before the new one took over');
  }

  #tellGaps(lanes: readonly StreamLane[], reason: string): void {
    for (const symbol of new Set(lanes.map((lane) => lane.symbol))) this.#sink?.gap(symbol, reason);
  }

  #lanesOf(shard: StreamShard): readonly StreamLane[] {
    return this.#lanes.all().filter((lane) => this.#plan?.shardOf(lane) === shard);
  }

  /** Down when nothing comes from anywhere; what a single lost connection blinds is told by symbol. */
  #judgeConnection(reason: string): void {
    const shards = this.#router?.shards ?? [];
    const used = shards.filter(({ size }) => size > 0);
    const isUp = (used.length > 0 ? used : shards).some((shard) => shard.isUp);
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    if (isUp) this.#sink?.up();
    else this.#sink?.down(reason);
  }

  #watchAgain(): void {
    this.#timer = this.#options.clock.setTimer(() => {
      this.#receivedAt = this.#options.clock.monotonic();
      this.#plan?.tidy();
      this.#watch?.look();
      if (!this.#isClosed) this.#watchAgain();
    }, FEED_WATCH_MS);
  }
}

function unusable(isClosed: boolean): FeedError {
  return new FeedError(
    'FEED_UNREACHABLE',
    isClosed ? 'The price feed is closed' : 'The price feed is not in a state for this call',
    { expected: 'connect() once, then subscribe(), then close()', outcome: 'not-sent' },
  );
}

function unreachable(id: string, cause: unknown): FeedError {
  return new FeedError('FEED_UNREACHABLE', `The prices of ${id} cannot be reached`, {
    remedy: 'check the address and the network, and try again',
    cause,
    retryable: true,
    outcome: 'not-sent',
  });
}
