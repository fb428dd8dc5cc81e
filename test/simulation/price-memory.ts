import type { PositionSide } from '../../src/model/side.js';
import type { Oracle } from './oracle.js';
import { SYMBOL } from './plan.js';
import type { BelievedTranche } from './subject.js';

/** A trigger may be judged on a price of this age, ms: late confirmations and paused processes included. */
const MEMORY_MS = 40_000;
/** What was decided is heard of within this time, where the store is quick, ms. */
const HEARD_MS = 1_000;
/** The mark price lies at most this far off the last one, ticks. */
export const MARK_OFF_TICKS = 3;

interface Row {
  readonly at: number;
  readonly ticks: number;
  readonly told: boolean;
}

/** Where the true price was: a local trigger is right only if the price did cross the level. */
export class PriceMemory {
  readonly #rows: Row[] = [];
  /** When the exchange itself was asked for prices. */
  readonly #asked: number[] = [];

  /** @param told whether the monitor's feed brings it */
  add(at: number, ticks: number, told: boolean): void {
    this.#rows.push({ at, ticks, told });
  }

  /** The best true price since a moment, ticks; `null` = there was none. */
  bestSince(at: number, side: PositionSide): number | null {
    let best: number | null = null;
    for (const row of this.#rows) {
      if (row.at < at) continue;
      if (best === null || (side === 'LONG' ? row.ticks > best : row.ticks < best))
        best = row.ticks;
    }
    return best;
  }

  onAsked(at: number): void {
    this.#asked.push(at);
  }

  /** A hit that the plan wants to see confirmed counts only after it was. */
  judgeConfirmed(
    oracle: Oracle,
    { plan, side, id }: BelievedTranche,
    payload: Readonly<Record<string, unknown>>,
  ): void {
    const { level, decision, rule } = payload as Record<string, string>;
    const { confirm } = plan;
    if (confirm === null || rule === 'take-profit' || decision === 'confirm') return;
    const ticks = oracle.world.venue.instrument(SYMBOL)?.nearestTicks(Number(level)) ?? 0;
    /** Nothing is confirmed at the floor, where the order rests. */
    if (confirm.hardFloorPct !== null && oracle.rules.isFloor(id, ticks)) return;
    const off = plan.workingType === 'LAST' ? 0 : MARK_OFF_TICKS;
    const isPassed = (row: number): boolean =>
      side === 'LONG' ? row - off <= ticks : row + off >= ticks;
    const { disk, plan: world } = oracle.world;
    const { recordMs, durableMs } = world.setup;
    const lagMs = HEARD_MS + recordMs + durableMs + disk.lagMs + oracle.pausedMs;
    const since = oracle.now - (oracle.hasStoreTrouble ? MEMORY_MS : lagMs);
    let [count, first, last] = [0, oracle.now, oracle.now];
    const isEnough = (): boolean =>
      count + this.#askedBetween(first, last) >= (confirm.ticks ?? 1) &&
      last - first >= (confirm.ms ?? 0);
    for (let index = this.#rows.length - 1; index >= 0; index -= 1) {
      const row = this.#rows[index] as Row;
      if (!row.told) continue;
      if (isPassed(row.ticks)) {
        count += 1;
        first = row.at;
        if (isEnough()) return;
        continue;
      }
      if (row.at < since) break;
      [count, first, last] = [0, row.at, row.at];
    }
    const seen = `${count} ticks in ${last - first} ms`;
    oracle.fail(
      'I9',
      `${rule} of ${id} at ${level} counts after ${seen}: ${JSON.stringify(confirm)}`,
    );
  }

  #askedBetween(from: number, to: number): number {
    return this.#asked.filter((at) => at >= from - HEARD_MS && at <= to).length;
  }

  judge(oracle: Oracle, payload: Readonly<Record<string, unknown>>): void {
    const { rule, side, level, price, source } = payload as Record<string, string>;
    const ticks = oracle.world.venue.instrument(SYMBOL)?.nearestTicks(Number(level)) ?? 0;
    const downwards = (side === 'LONG') === (rule === 'stop-loss');
    const since = oracle.now - MEMORY_MS;
    let crossed = false;
    for (let index = this.#rows.length - 1; index >= 0; index -= 1) {
      const row = this.#rows[index] as { at: number; ticks: number };
      crossed = downwards
        ? row.ticks - MARK_OFF_TICKS <= ticks
        : row.ticks + MARK_OFF_TICKS >= ticks;
      if (crossed || row.at < since) break;
    }
    if (crossed) return;
    /** The one exception: nobody can be asked, no stop rests, and a second fresh tick lies beyond. */
    if (rule === 'stop-loss' && this.#nobodyToAsk(oracle)) oracle.note('unconfirmed stop');
    else
      oracle.fail(
        'I9',
        `${rule} at ${level} was hit on ${source} ${price}, and the price was never there`,
      );
  }

  #nobodyToAsk(oracle: Oracle): boolean {
    const { venue, line } = oracle.world;
    return (
      !venue.profile.tellsPrices || line.banLeftMs > 0 || oracle.now - oracle.lastReadFault < 8_000
    );
  }
}
