import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { BARS_FETCH_MAX } from '../limits.js';
import type { PriceBar } from '../model/price-bar.js';

/**
 * Copies a list of bars from outside, reading each field once: what a getter does, or what the giver does with the list
 * later, never reaches the core. What the fields say is judged there.
 *
 * @throws ValidationError `BAR_INVALID` for what is no list, is too long, or cannot be read
 */
export function copyBars(bars: unknown): readonly PriceBar[] {
  try {
    if (Array.isArray(bars)) return copied(bars as readonly PriceBar[]);
  } catch (cause) {
    if (cause instanceof ValidationError) throw cause;
    throw new ValidationError('BAR_INVALID', 'The bars cannot be read', {
      expected: 'a list of plain objects',
      received: 'one that throws when it is read',
      cause,
    });
  }
  throw new ValidationError('BAR_INVALID', 'The bars', {
    expected: 'a list of bars',
    received: describe(bars),
  });
}

function copied(bars: readonly PriceBar[]): readonly PriceBar[] {
  const { length } = bars;
  if (length > BARS_FETCH_MAX) {
    throw new ValidationError('BAR_INVALID', 'The bars', {
      expected: `at most ${BARS_FETCH_MAX}`,
      received: `${length}`,
      remedy: 'Give the newest',
    });
  }
  return Object.freeze(Array.from({ length }, (_, index) => copyOf(bars[index] as PriceBar)));
}

function copyOf(bar: PriceBar): PriceBar {
  if (typeof bar !== 'object' || bar === null) return bar;
  const { startTime, open, high, low, close } = bar;
  return Object.freeze({ startTime, open, high, low, close });
}
