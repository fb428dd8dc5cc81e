import { FeedError } from '../../../errors/feed-error.js';
import { FEED_BARS_CLOCK_MARGIN_MS } from '../../../limits.js';
import { barProblem, type PriceBar } from '../../../model/price-bar.js';
import { priceOf } from './decode-frame.js';

/** What was asked for, and when the answer came. */
export interface AskedBars {
  readonly symbol: string;
  readonly barMs: number;
  /** Most rows that the answer may have, the running bar with them. */
  readonly rowsMax: number;
  /** Wall time of the answer, ms. */
  readonly now: number;
}

/**
 * Reads an answer of bars: all of it or nothing. The bar that still runs is left out.
 *
 * @throws FeedError `FEED_PROTOCOL`
 */
export function decodeBars(answer: unknown, asked: AskedBars): readonly PriceBar[] {
  const { barMs, rowsMax, now } = asked;
  if (!Array.isArray(answer)) throw unreadable(asked, 'it is no list');
  if (answer.length > rowsMax) throw unreadable(asked, `it has ${answer.length} rows`);
  const bars: PriceBar[] = [];
  for (const [index, row] of answer.entries()) {
    const bar = barOf(row);
    const problem = rowProblem(row, bar, asked, bars.at(-1));
    if (problem !== null) throw unreadable(asked, `row ${index}: ${problem}`);
    bars.push(bar);
  }
  const last = bars.at(-1);
  // Each of the others was followed by one; of the newest only time tells, and our clock is not the exchange's.
  if (last !== undefined && last.startTime + barMs + FEED_BARS_CLOCK_MARGIN_MS > now) bars.pop();
  return bars;
}

function barOf(row: unknown): PriceBar {
  const [startTime, open, high, low, close] = Array.isArray(row) ? row : [];
  return {
    startTime,
    open: priceOf(open),
    high: priceOf(high),
    low: priceOf(low),
    close: priceOf(close),
  };
}

function rowProblem(
  row: unknown,
  bar: PriceBar,
  { barMs }: AskedBars,
  before: PriceBar | undefined,
): string | null {
  const problem = barProblem(bar, barMs);
  if (problem !== null) return problem;
  // Column 6 is its last ms: bars of another length would pass for ours otherwise.
  if ((row as readonly unknown[])[6] !== bar.startTime + barMs - 1) return 'it has another length';
  if (before !== undefined && bar.startTime <= before.startTime) return 'it is out of order';
  return null;
}

function unreadable({ symbol, barMs }: AskedBars, what: string): FeedError {
  const summary = `The bars of ${symbol} (${barMs} ms) cannot be understood: ${what}`;
  return new FeedError('FEED_PROTOCOL', summary, {
    remedy: 'Nothing of the answer was used; the feed may need an update',
    retryable: true,
    outcome: 'unknown',
  });
}
