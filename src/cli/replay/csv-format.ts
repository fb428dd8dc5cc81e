import { inputFileError } from '../input-file-error.js';
import type { RowShape } from './row-batch.js';

/** A kind of CSV recording: which columns matter, and how times are written. */
export interface CsvFormat {
  readonly name: string;
  readonly shape: RowShape;
  readonly columns: readonly string[];
  /** Per column: -1 is skipped, 0 is the time, n is the n-th price of the row. */
  readonly roles: Int8Array;
  /** `auto`: Binance's archives write ms or, since 2025, µs. */
  readonly timeUnit: 'us' | 'ms' | 'auto';
  /** Whether the first line names the columns. */
  readonly hasHeader: boolean;
}

const BAR = ['open', 'high', 'low', 'close'];
const SKIPPED = -1;

const TRADES = format('trades', 'last', 'us', 'ts_us,recv_us,id,side,price,qty', 'ts_us', [
  'price',
]);
const BARS = format('bars', 'bar', 'ms', 'ts_ms,open,high,low,close,volume', 'ts_ms', BAR);
const QUOTE_BARS = format(
  'quote bars',
  'quote-bar',
  'ms',
  'ts_ms,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size',
  'ts_ms',
  [...BAR.map((name) => `bid_${name}`), ...BAR.map((name) => `ask_${name}`)],
);
const AGG_TRADES = format(
  'Binance aggTrades archive',
  'last',
  'auto',
  'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker',
  'transact_time',
  ['price'],
);
/** Spot archives have one column more. */
const SPOT_AGG_TRADES = format(
  AGG_TRADES.name,
  'last',
  'auto',
  `${AGG_TRADES.columns.join(',')},is_best_match`,
  'transact_time',
  ['price'],
);
const KLINES = format(
  'Binance kline archive',
  'bar',
  'auto',
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
  'open_time',
  BAR,
);

const NAMED: readonly CsvFormat[] = [TRADES, BARS, QUOTE_BARS, AGG_TRADES, SPOT_AGG_TRADES];
const INTEGER = /^\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const FLAG = /^(true|false)$/i;

/**
 * Recognises a CSV recording by its first line.
 *
 * @throws ValidationError `INPUT_FILE_INVALID`
 */
export function csvFormatOf(firstLine: string, file: string): CsvFormat {
  const fields = firstLine.split(',').map((field) => field.trim());
  const names = fields.map((field) => field.toLowerCase());
  const named = NAMED.find(({ columns }) => columns.join() === names.join());
  if (named !== undefined) return named;
  // Names of its later columns differ from year to year.
  if (names.slice(0, 6).join() === KLINES.columns.slice(0, 6).join()) return klines(names, true);
  const [first = ''] = fields;
  if (INTEGER.test(first)) {
    if (fields.length === 7 && FLAG.test(fields[6] ?? '')) return headless(AGG_TRADES);
    if (fields.length === 8 && FLAG.test(fields[6] ?? '')) return headless(SPOT_AGG_TRADES);
    if (fields.length === 12 && fields.every((field) => NUMBER.test(field))) {
      return klines(KLINES.columns, false);
    }
  }
  throw inputFileError(file, 1, {
    expected: `a header such as ${TRADES.columns.join()} (trades), ${BARS.columns.join()} (bars) or ts_ms,bid_open,…,ask_size (quote bars), or a row of a Binance aggTrades or kline archive`,
    received: JSON.stringify(firstLine.slice(0, 120)),
  });
}

function klines(columns: readonly string[], hasHeader: boolean): CsvFormat {
  return { ...KLINES, columns, hasHeader, roles: rolesOf(columns, 'open_time', BAR) };
}

function headless(known: CsvFormat): CsvFormat {
  return { ...known, hasHeader: false };
}

function format(
  name: string,
  shape: RowShape,
  timeUnit: CsvFormat['timeUnit'],
  header: string,
  time: string,
  prices: readonly string[],
): CsvFormat {
  const columns = header.split(',');
  return { name, shape, columns, roles: rolesOf(columns, time, prices), timeUnit, hasHeader: true };
}

function rolesOf(columns: readonly string[], time: string, prices: readonly string[]): Int8Array {
  return Int8Array.from(columns, (column) => {
    if (column === time) return 0;
    const index = prices.indexOf(column);
    return index === -1 ? SKIPPED : index + 1;
  });
}
