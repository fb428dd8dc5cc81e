import { createResilientStream } from '../../../platform/sockets/resilient-stream.js';
import type {
  ResilientStream,
  ResilientStreamOptions,
  SendFrame,
} from '../../../platform/sockets/stream-options.js';
import type { DecodedFrame, MarketEvent } from './decode-frame.js';
import { isMarkStream } from './stream-names.js';
import { StreamSubscriber } from './stream-subscriber.js';

/** What a shard asks and tells. */
export interface ShardEvents {
  /** Reads a frame; what it answers holds until the next one. */
  readonly read: (frame: string | Uint8Array) => DecodedFrame;
  readonly onEvents: (
    shard: StreamShard,
    events: readonly MarketEvent[],
    receivedAt: number,
    isReplacement: boolean,
  ) => void;
  /** Up, for the first time or again. */
  readonly onUp: (shard: StreamShard, isFirst: boolean) => void;
  readonly onDown: (shard: StreamShard, reason: string) => void;
  readonly onReplaced: (shard: StreamShard, how: 'planned' | 'lost') => void;
  readonly onReplacementFailed: (shard: StreamShard) => void;
  readonly onRefused: (names: readonly string[], reason: string) => void;
}

/** How shards connect. */
export type ShardOptions = Omit<
  ResilientStreamOptions,
  | 'url'
  | 'onMessage'
  | 'onBytes'
  | 'onOpen'
  | 'onState'
  | 'onReplaced'
  | 'onReplacementFailed'
  | 'silentAfterMs'
  | 'isSilenceNormal'
>;

/** One connection's worth of streams: those of one route, up to the exchange's limit. */
export class StreamShard {
  readonly route: string;
  /** Monotonic ms: when the last price came (or might have), and when silence may end this connection again. */
  heardAt = Number.NEGATIVE_INFINITY;
  reviveAt = 0;
  revivePauseMs = 0;
  readonly #options: ShardOptions;
  readonly #events: ShardEvents;
  readonly #stream: ResilientStream;
  readonly #wanted = new Set<string>();
  #subscriber: StreamSubscriber | null = null;
  #incoming: StreamSubscriber | null = null;
  #wasUp = false;
  #isClosed = false;
  #retry: unknown;

  /** @param url whole address, path included */
  constructor(route: string, url: string, options: ShardOptions, events: ShardEvents) {
    this.route = route;
    this.#options = options;
    this.#events = events;
    this.#stream = createResilientStream({
      ...options,
      url: () => url,
      // Whether silence is normal depends on the streams: the feed judges it, and reconnects.
      silentAfterMs: Number.POSITIVE_INFINITY,
      isSilenceNormal: () => !this.#hasMarkPrices(),
      onMessage: (data, receivedAt, isReplacement) => this.#heard(data, receivedAt, isReplacement),
      onBytes: (data, receivedAt, isReplacement) => this.#heard(data, receivedAt, isReplacement),
      onOpen: (send, isReplacement) => this.#opened(send, isReplacement),
      onState: (state, reason) => (state === 'up' ? this.#up() : this.#down(reason)),
      onReplaced: (how) => this.#replaced(how),
      onReplacementFailed: () => this.#dropIncoming(),
    });
  }

  get isUp(): boolean {
    return this.#stream.isUp;
  }

  get size(): number {
    return this.#wanted.size;
  }

  /** Whether the exchange acknowledged all streams. */
  get isComplete(): boolean {
    return this.isUp && (this.#subscriber?.isComplete ?? false);
  }

  /** Rejects when the first attempt fails. */
  open(): Promise<void> {
    return this.#stream.open();
  }

  /** Opens in the background, however often it takes. */
  openEventually(attempt = 0): void {
    const { clock, random, reconnectMinMs, reconnectMaxMs } = this.#options;
    this.#stream.open().catch(() => {
      if (this.#isClosed) return;
      const delayMs = Math.min(reconnectMinMs * 2 ** Math.min(attempt, 30), reconnectMaxMs);
      this.#retry = clock.setTimer(
        () => this.openEventually(attempt + 1),
        delayMs * (0.5 + 0.5 * random()),
      );
    });
  }

  add(name: string): void {
    this.#wanted.add(name);
    this.#update();
  }

  remove(name: string): void {
    this.#wanted.delete(name);
    this.#update();
  }

  resubscribe(name: string): void {
    this.#subscriber?.resubscribe(name);
  }

  reconnect(reason: string): void {
    this.#stream.reconnect(reason);
  }

  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimer(this.#retry);
    this.#dropSubscribers();
    this.#stream.close();
  }

  #update(): void {
    this.#subscriber?.update();
    this.#incoming?.update();
  }

  #opened(send: SendFrame, isReplacement: boolean): void {
    const subscriber = new StreamSubscriber(
      this.#options.clock,
      send,
      this.#wanted,
      this.#events.onRefused,
    );
    if (isReplacement) this.#incoming = subscriber;
    else this.#subscriber = subscriber;
  }

  /** A replacement proves itself by prices, once it has all its streams: until then its frames are no sign of life. */
  #heard(data: string | Uint8Array, receivedAt: number, isReplacement: boolean): boolean {
    const frame = this.#events.read(data);
    const subscriber = isReplacement ? this.#incoming : this.#subscriber;
    if (frame.kind === 'events') {
      this.heardAt = receivedAt;
      this.#events.onEvents(this, frame.events, receivedAt, isReplacement);
    } else if (frame.kind === 'answer') {
      subscriber?.answered(frame.id, frame.error);
    } else if (frame.kind === 'shutdown' && !isReplacement) {
      this.#stream.replace();
    }
    return !isReplacement || (frame.kind === 'events' && (subscriber?.isComplete ?? false));
  }

  /** They come every second: a connection that has some and is silent is none. */
  #hasMarkPrices(): boolean {
    for (const name of this.#wanted) if (isMarkStream(name)) return true;
    return false;
  }

  #up(): void {
    const isFirst = !this.#wasUp;
    this.#wasUp = true;
    this.heardAt = this.#options.clock.monotonic();
    this.#events.onUp(this, isFirst);
  }

  #down(reason: string): void {
    this.#dropSubscribers();
    this.#events.onDown(this, reason);
  }

  #replaced(how: 'planned' | 'lost'): void {
    this.#subscriber?.dispose();
    this.#subscriber = this.#incoming;
    this.#incoming = null;
    this.#events.onReplaced(this, how);
  }

  #dropIncoming(): void {
    this.#incoming?.dispose();
    this.#incoming = null;
    this.#events.onReplacementFailed(this);
  }

  #dropSubscribers(): void {
    this.#subscriber?.dispose();
    this.#incoming?.dispose();
    this.#subscriber = null;
    this.#incoming = null;
  }
}
