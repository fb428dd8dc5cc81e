import { decimal, toDecimalString } from '../../model/decimal.js';
import type { MarketBar } from './bar-book.js';
import type { Route, RouteCall } from './route.js';
import type { WireParams } from './wire-params.js';
import { refusal } from './wire-refusal.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Without the weeks and months of the exchange, which begin at no multiple of their length. */
const INTERVALS: ReadonlyMap<string, number> = new Map([
  ...[1, 3, 5, 15, 30].map((count) => [`${count}m`, count * MINUTE_MS] as const),
  ...[1, 2, 4, 6, 8, 12].map((count) => [`${count}h`, count * HOUR_MS] as const),
  ['1d', 24 * HOUR_MS],
]);
const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_500;

/** Bars of the market. */
export const BAR_ROUTES: readonly Route[] = [
  { method: 'GET', path: 'klines', auth: 'none', weight: weightOf, answer: answerBars },
];

function weightOf(params: WireParams): number {
  const rows = Number(params.text('limit') ?? LIMIT_DEFAULT);
  if (rows < 100) return 1;
  if (rows < 500) return 2;
  return rows <= 1_000 ? 5 : 10;
}

function answerBars({ params, exchange }: RouteCall): unknown {
  const { symbol } = exchange.input(params.required('symbol'));
  const barMs = INTERVALS.get(params.required('interval'));
  if (barMs === undefined) throw refusal(-1120, 'Invalid interval.');
  const limit = params.whole('limit') ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX) {
    throw refusal(-1130, "Data sent for parameter 'limit' is not valid.");
  }
  const from = params.whole('startTime');
  const to = params.whole('endTime') ?? Number.POSITIVE_INFINITY;
  const bars = exchange.bars
    .barsOf(symbol, barMs, exchange.now())
    .filter(({ startTime }) => startTime >= (from ?? 0) && startTime <= to);
  // With a beginning the exchange counts from there, else from the end.
  const shown = from === null ? bars.slice(-limit) : bars.slice(0, limit);
  return shown.map((bar) => barRow(bar, barMs));
}

/** Nobody counts what was traded here: volumes are made up. */
function barRow({ startTime, open, high, low, close }: MarketBar, barMs: number): unknown {
  const prices = [open, high, low, close].map((price) => toDecimalString(decimal(price)));
  return [startTime, ...prices, '1', startTime + barMs - 1, '1', 1, '1', '1', '0'];
}
