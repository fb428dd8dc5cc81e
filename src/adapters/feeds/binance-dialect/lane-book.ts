import type { PriceSource } from '../../../model/price.js';
import { StreamLane } from './stream-lane.js';
import { EVENT_KINDS, type EventKind, kindOf } from './stream-names.js';

/** The lanes of all subscribed symbols. */
export class LaneBook {
  readonly #lanes: Readonly<Record<EventKind, Map<string, StreamLane>>> = {
    mark: new Map(),
    book: new Map(),
    trade: new Map(),
  };

  get(kind: EventKind, symbol: string): StreamLane | undefined {
    return this.#lanes[kind].get(symbol);
  }

  /** Makes the lane of a source if there is none, and answers it; `null` when the feed does not have the source. */
  want(symbol: string, source: PriceSource, now: number): StreamLane | null {
    const kind = kindOf(source);
    if (kind === null) return null;
    let lane = this.#lanes[kind].get(symbol);
    if (lane === undefined) {
      lane = new StreamLane(symbol, kind, now);
      this.#lanes[kind].set(symbol, lane);
    }
    lane.sources.add(source);
    return lane;
  }

  /** Takes the lanes of a symbol out; what they hold is told to nobody. */
  remove(symbol: string): readonly StreamLane[] {
    const lanes = this.of(symbol);
    for (const lane of lanes) {
      this.#lanes[lane.kind].delete(symbol);
      lane.sources.clear();
      lane.dropReplacement();
    }
    return lanes;
  }

  of(symbol: string): readonly StreamLane[] {
    return EVENT_KINDS.flatMap((kind) => this.#lanes[kind].get(symbol) ?? []);
  }

  ofKind(kind: EventKind): ReadonlyMap<string, StreamLane> {
    return this.#lanes[kind];
  }

  all(): readonly StreamLane[] {
    return EVENT_KINDS.flatMap((kind) => [...this.#lanes[kind].values()]);
  }
}
