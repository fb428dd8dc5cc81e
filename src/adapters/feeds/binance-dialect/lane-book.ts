import type { PriceSource } from '../../../model/price.js';
import { StreamLane } from './stream-lane.js';
import { EVENT_KINDS, type EventKind, kindOf } from './stream-names.js';

/** The lanes of all subscribed symbols. */
export class LaneBook {
  readonly #marks = new Map<string, StreamLane>();
  readonly #books = new Map<string, StreamLane>();
  readonly #trades = new Map<string, StreamLane>();

  get(kind: EventKind, symbol: string): StreamLane | undefined {
    return this.#lanesOf(kind).get(symbol);
  }

  /** Makes the lane of a source if there is none, and answers it; `null` when the feed does not have the source. */
  want(symbol: string, source: PriceSource, now: number): StreamLane | null {
    const kind = kindOf(source);
    if (kind === null) return null;
    const lanes = this.#lanesOf(kind);
    let lane = lanes.get(symbol);
    if (lane === undefined) {
      lane = new StreamLane(symbol, kind, now);
      lanes.set(symbol, lane);
    }
    if (source === lane.source) lane.isPriceWanted = true;
    else lane.isAskWanted = true;
    return lane;
  }

  /** Takes the lanes of a symbol out; what they hold is told to nobody. */
  remove(symbol: string): readonly StreamLane[] {
    const lanes = this.of(symbol);
    for (const lane of lanes) {
      this.#lanesOf(lane.kind).delete(symbol);
      lane.isPriceWanted = false;
      lane.isAskWanted = false;
      lane.dropReplacement();
    }
    return lanes;
  }

  of(symbol: string): readonly StreamLane[] {
    return EVENT_KINDS.flatMap((kind) => this.get(kind, symbol) ?? []);
  }

  ofKind(kind: EventKind): ReadonlyMap<string, StreamLane> {
    return this.#lanesOf(kind);
  }

  all(): readonly StreamLane[] {
    return EVENT_KINDS.flatMap((kind) => [...this.#lanesOf(kind).values()]);
  }

  #lanesOf(kind: EventKind): Map<string, StreamLane> {
    if (kind === 'mark') return this.#marks;
    return kind === 'book' ? this.#books : this.#trades;
  }
}
