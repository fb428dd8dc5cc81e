import type { Oracle } from './oracle.js';
import { SYMBOL } from './plan.js';

/** A trigger may be judged on a price of this age, ms: late confirmations and paused processes included. */
const MEMORY_MS = 40_000;
/** The mark price lies at most this far off the last one, ticks. */
export const MARK_OFF_TICKS = 3;

/** Where the true price was: a local trigger is right only if the price did cross the level. */
export class PriceMemory {
  readonly #rows: { readonly at: number; readonly ticks: number }[] = [];

  add(at: number, ticks: number): void {
    this.#rows.push({ at, ticks });
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
