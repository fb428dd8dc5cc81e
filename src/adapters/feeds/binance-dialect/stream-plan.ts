import type { LaneBook } from './lane-book.js';
import type { ShardRouter } from './shard-router.js';
import type { StreamLane } from './stream-lane.js';
import { ALL_MARK_PRICES, streamName } from './stream-names.js';
import type { StreamShard } from './stream-shard.js';

/** Which streams bring the lanes: single ones, or for many mark prices the one of all symbols. */
export class StreamPlan {
  readonly #lanes: LaneBook;
  readonly #router: ShardRouter;
  readonly #allFrom: number;
  #usesAll = false;

  /** @param allFrom number of mark prices from which the stream of all symbols is used */
  constructor(lanes: LaneBook, router: ShardRouter, allFrom: number) {
    this.#lanes = lanes;
    this.#router = router;
    this.#allFrom = allFrom;
  }

  /** Subscribes what the lanes need. Superfluous streams go later: see `tidy`. */
  extend(lanes: Iterable<StreamLane>): void {
    const usedAll = this.#usesAll;
    this.#chooseMode();
    if (this.#usesAll) this.#router.add(ALL_MARK_PRICES, 'mark');
    const missing = usedAll && !this.#usesAll ? this.#lanes.ofKind('mark').values() : lanes;
    for (const lane of missing) {
      if (lane.kind === 'mark' && this.#usesAll) continue;
      this.#router.add(streamName(lane.symbol, lane.kind), lane.kind);
    }
  }

  /** Unsubscribes what only these lanes needed, which are gone. */
  shrink(lanes: Iterable<StreamLane>): void {
    for (const lane of lanes) this.#router.remove(streamName(lane.symbol, lane.kind));
    this.extend([]);
  }

  /** Unsubscribes the streams that others stand in for, once those are there. */
  tidy(): void {
    const marks = this.#lanes.ofKind('mark');
    const all = this.#router.shardOf(ALL_MARK_PRICES);
    if (all === undefined) return;
    const singles = [...marks.values()].map((lane) => streamName(lane.symbol, 'mark'));
    if (this.#usesAll) {
      if (all.isComplete) for (const name of singles) this.#router.remove(name);
    } else if (singles.every((name) => this.#router.shardOf(name)?.isComplete ?? false)) {
      this.#router.remove(ALL_MARK_PRICES);
    }
  }

  streamOf(lane: StreamLane): string {
    const name = streamName(lane.symbol, lane.kind);
    return lane.kind === 'mark' && this.#router.shardOf(name) === undefined
      ? ALL_MARK_PRICES
      : name;
  }

  /** The connection that brings the lane. */
  shardOf(lane: StreamLane): StreamShard | undefined {
    return this.#router.shardOf(this.streamOf(lane));
  }

  /** Back to single streams at half as many: or a symbol that comes and goes would change the mode each time. */
  #chooseMode(): void {
    const count = this.#lanes.ofKind('mark').size;
    if (count >= this.#allFrom) this.#usesAll = true;
    else if (count < this.#allFrom / 2) this.#usesAll = false;
  }
}
