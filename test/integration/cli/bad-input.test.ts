import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.js';
import { replayFiles, trades } from './run-cli.js';

const LONG = { id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 };
const SHORT = { ...LONG, id: 'b', side: 'SHORT' };

function csv(prices: readonly (number | string)[]) {
  return { name: 'ticks.csv', content: trades(prices) };
}

describe('bad input', () => {
  const rows = trades([100, 101]);
  const cases: [string, Parameters<typeof replayFiles>[0], RegExp][] = [
    [
      'a file that is not there',
      { ticks: 'nowhere.csv', entries: [LONG] },
      /nowhere\.csv.*no such file/,
    ],
    [
      'another kind of file',
      { ticks: { name: 'ticks.txt', content: rows }, entries: [LONG] },
      /ticks\.txt.*\.csv/,
    ],
    ['an empty file', { ticks: { name: 'ticks.csv', content: '' }, entries: [LONG] }, /empty file/],
    ['a header without rows', { ticks: csv([]), entries: [LONG] }, /ticks\.csv.*rows/],
    [
      'a wrong header',
      { ticks: { name: 'ticks.csv', content: 'time,price\n1,2\n' }, entries: [LONG] },
      /line 1.*header/,
    ],
    [
      'a price that is none',
      { ticks: csv([100, 'NaN']), entries: [LONG] },
      /line 3.*price above zero.*"NaN"/,
    ],
    ['a price of zero', { ticks: csv([100, 0]), entries: [LONG] }, /line 3.*price above zero/],
    [
      'a negative price',
      { ticks: csv([100, -5]), entries: [LONG] },
      /line 3.*price above zero.*"-5"/,
    ],
    [
      'a short row',
      { ticks: { name: 'ticks.csv', content: `${rows}1,2,3\n` }, entries: [LONG] },
      /line 4.*6 columns/,
    ],
    [
      'a gzip file that ends early',
      {
        ticks: {
          name: 'ticks.csv.gz',
          content: gzipSync(trades(Array(5_000).fill(100))).subarray(0, 3_000),
        },
        entries: [LONG],
      },
      /ticks\.csv\.gz.*ends in the middle/,
    ],
    [
      'what is no gzip',
      { ticks: { name: 'ticks.csv.gz', content: rows }, entries: [LONG] },
      /gzip/,
    ],
    [
      'bars wanted of trades',
      { ticks: csv([100]), entries: [LONG], options: ['--bars', 'close'] },
      /--bars close.*trades/,
    ],
    [
      'an unknown bar mode',
      { ticks: csv([100]), entries: [LONG], options: ['--bars', 'open'] },
      /--bars.*"open"/,
    ],
    [
      'a row past the end',
      { ticks: csv([100, 101]), entries: [{ ...LONG, row: 2 }] },
      /entry a.*row from 0 to 1.*received 2/,
    ],
    [
      'a time past the end',
      { ticks: csv([100]), entries: [{ ...LONG, row: undefined, time: 1_800_000_000_000 }] },
      /entry a.*time/,
    ],
    ['an id twice', { ticks: csv([100]), entries: [LONG, LONG] }, /\[1\]\.id/],
    [
      'an unknown key of an entry',
      { ticks: csv([100]), entries: [{ ...LONG, qty: 1 }] },
      /\[0\]\.qty/,
    ],
    [
      'row and time',
      { ticks: csv([100]), entries: [{ ...LONG, time: 1 }] },
      /\[0\].*either row or time/,
    ],
    [
      'a quantity of zero',
      { ticks: csv([100]), entries: [{ ...LONG, quantity: 0 }] },
      /\[0\]\.quantity/,
    ],
    ['a wrong side', { ticks: csv([100]), entries: [{ ...LONG, side: 'BUY' }] }, /\[0\]\.side/],
    [
      'a second symbol',
      { ticks: csv([100]), entries: [LONG, { ...SHORT, symbol: 'ETHUSDT' }] },
      /\[1\]\.symbol/,
    ],
    [
      'an impossible plan',
      { ticks: csv([100]), entries: [{ ...LONG, plan: { stopLossPct: -1 } }] },
      /\[0\].*stopLossPct/,
    ],
    ['entries that are no JSON', { ticks: csv([100]), entries: '[{]' }, /entries\.json, line 1/],
    [
      'configuration that is no JSON',
      { ticks: csv([100]), entries: [LONG], config: '{,' },
      /config\.json.*line 1/,
    ],
    [
      'no instrument',
      { ticks: csv([100]), entries: [LONG], config: { symbols: { BTCUSDT: { stopLossPct: 1 } } } },
      /instruments\.BTCUSDT/,
    ],
    [
      'a mixture of spellings',
      {
        ticks: csv([100]),
        entries: [LONG],
        config: { globals: { max_jump_pct: 1 }, symbols: { BTCUSDT: { stopLossPct: 1 } } },
      },
      /config\.json/,
    ],
  ];

  it.each(cases)('%s: one clear line and exit 2', async (_name, given, message) => {
    const printed = vi.spyOn(console, 'log').mockReturnValue();
    const told = vi.spyOn(console, 'error').mockReturnValue();
    const { args } = replayFiles(given);
    expect(await runCommand([...args, '--json'], '0.0.0')).toBe(2);
    expect(told.mock.calls).toEqual([[expect.stringMatching(message)]]);
    expect(printed).not.toHaveBeenCalled();
  });
});
