import { describe } from '../errors/describe.js';
import { AMOUNT_LENGTH_MAX } from '../limits.js';
import { amountFrom } from './amount.js';

/** What a price did in one stretch of time. */
export interface PriceBar {
  /** When it begins, ms since 1970 UTC, exchange time: a multiple of the bars' length. */
  readonly startTime: number;
  /** Quote units, as numbers: an average is made of them, never a level that has to be exact. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** The bar that is being built, as the path of every tick sees it. */
export interface RunningBar {
  /** Whether the moment lies inside of it. `false`: the long way, which begins and finishes bars. */
  covers(exchangeTimeMs: number): boolean;
  /** Takes a price of a moment that it covers. Allocates nothing. */
  add(price: number): void;
}

/** What is impossible about a bar of this length; `null` when nothing is. */
export function barProblem(bar: PriceBar, barMs: number): string | null {
  if (typeof bar !== 'object' || bar === null) return 'it is no bar';
  const { startTime, open, high, low, close } = bar;
  if (!Number.isSafeInteger(startTime) || startTime < 0 || startTime % barMs !== 0) {
    return `startTime ${describe(startTime)} is no multiple of ${barMs} ms since 1970`;
  }
  for (const [name, price] of Object.entries({ open, high, low, close })) {
    if (!(Number.isFinite(price) && price > 0)) {
      return `${name} ${describe(price)} is no price above zero`;
    }
    /** The bound of every price: levels are made of it, and have to stay readable decimals. */
    if (amountFrom(price) === null) {
      return `${name} ${describe(price)} is longer than ${AMOUNT_LENGTH_MAX} characters`;
    }
  }
  if (high < low) return `high ${high} is below low ${low}`;
  if (open > high || open < low) return `open ${open} is outside of ${low} to ${high}`;
  if (close > high || close < low) return `close ${close} is outside of ${low} to ${high}`;
  return null;
}
