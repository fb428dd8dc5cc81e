import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barLengthOf } from '../../../src/cli/replay/bar-length.js';
import { Recording } from '../../../src/cli/replay/recording.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recording-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TRADES = 'ts_us,recv_us,id,side,price,qty';
const KLINE =
  '1499040000000,0.0163479,0.8,0.015758,0.01577,148976.1,1499644799999,2434.19,308,1756.87,28.46,0';

describe('Recording', () => {
  it('reads trades, times floored to ms', async () => {
    const rows = await rowsOf('a.csv', `${TRADES}\n1700000000123999,1,2,buy,61800.30,0.006\n`);
    expect(rows).toEqual([[1_700_000_000_123, 61_800.3]]);
  });

  it('reads bars and quote bars', async () => {
    expect(await rowsOf('b.csv', 'ts_ms,open,high,low,close,volume\n5,1,4,0.5,2,9\n')).toEqual([
      [5, 1, 4, 0.5, 2],
    ]);
    const header =
      'ts_ms,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size';
    expect(await rowsOf('q.csv', `${header}\n5,1,4,0.5,2,9,1.1,4.1,0.6,2.1,9\n`)).toEqual([
      [5, 1, 4, 0.5, 2, 1.1, 4.1, 0.6, 2.1],
    ]);
  });

  it.each([
    [
      'with header',
      'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n',
    ],
    ['without header', ''],
  ])('reads an aggTrades archive %s', async (_name, header) => {
    const row = '26129,0.01633102,4.70443515,27781,27781,1498793709153,true\n';
    expect(await rowsOf('agg.csv', header + row)).toEqual([[1_498_793_709_153, 0.01633102]]);
  });

  it('reads a spot aggTrades archive in microseconds', async () => {
    const row = '26129,0.01633102,4.7,27781,27781,1735689600123456,True,True\n';
    expect(await rowsOf('agg.csv', row)).toEqual([[1_735_689_600_123, 0.01633102]]);
  });

  it.each([
    [
      'with header',
      'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n',
    ],
    [
      'with another header',
      'open_time,open,high,low,close,volume,close_time,quote_asset_volume,n,a,b,ignore\n',
    ],
    ['without header', ''],
  ])('reads a kline archive %s', async (_name, header) => {
    expect(await rowsOf('k.csv', `${header}${KLINE}\n`)).toEqual([
      [1_499_040_000_000, 0.0163479, 0.8, 0.015758, 0.01577],
    ]);
  });

  it('takes line ends of any system, a byte order mark, and a last line without an end', async () => {
    const text = `\uFEFF${TRADES}\r\n1000000,1,2,buy,1.5,1\r\n2000000,1,2,buy,2.5,1`;
    expect(await rowsOf('a.csv', text)).toEqual([
      [1_000, 1.5],
      [2_000, 2.5],
    ]);
  });

  it('takes empty lines at the end, not in between', async () => {
    const row = '1000000,1,2,buy,1.5,1\n';
    expect(await rowsOf('a.csv', `${TRADES}\n${row}\n\r\n`)).toHaveLength(1);
    await expect(rowsOf('a.csv', `${TRADES}\n${row}\n${row}`)).rejects.toThrow(
      /line 3.*empty line/,
    );
  });

  it('reads every number as Number() does', async () => {
    const numbers = [
      '0.1',
      '61800.30',
      '1',
      '00012.50',
      '.5',
      '7.',
      '1e-8',
      '+3.25',
      '123456789012345678',
      '0.1234567890123456789012345',
      '9007199254740993',
      '4.35',
    ];
    const text = numbers.map((number) => `1000,1,2,buy,${number},1`).join('\n');
    const rows = await rowsOf('a.csv', `${TRADES}\n${text}\n`);
    expect(rows.map(([, price]) => price)).toEqual(numbers.map(Number));
  });

  it('reads the same across pieces of any length', async () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, row) => `${row}000,1,${row},buy,${row + 1}.5,1`,
    );
    const rows = await rowsOf('a.csv.gz', gzipSync(`${TRADES}\n${lines.join('\n')}\n`));
    expect(rows).toHaveLength(30_000);
    expect(rows.every(([time, price], row) => time === row && price === row + 1.5)).toBe(true);
  });

  it.each([
    ['1000,1,2,buy,1.5', /line 2.*6 columns/],
    ['1000,1,2,buy,1.5,1,1', /line 2.*6 columns/],
    ['1000,1,2,buy,,1', /line 2.*price.*""/],
    ['1000,1,2,buy,1.5.5,1', /line 2.*"1\.5\.5"/],
    ['1000,1,2,buy,0x10,1', /line 2.*"0x10"/],
    ['1000,1,2,buy,Infinity,1', /line 2.*"Infinity"/],
    ['yesterday,1,2,buy,1,1', /line 2.*time.*"yesterday"/],
    ['-5,1,2,buy,1,1', /line 2.*time.*"-5"/],
  ])('refuses the row %s', async (row, message) => {
    await expect(rowsOf('a.csv', `${TRADES}\n${row}\n`)).rejects.toMatchObject({
      code: 'INPUT_FILE_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a bar whose low is above its high', async () => {
    await expect(
      rowsOf('b.csv', 'ts_ms,open,high,low,close,volume\n5,1,1,2,1,9\n'),
    ).rejects.toThrow(/line 2.*low 2, high 1/);
  });
});

describe('book-ticker frames', () => {
  const frame = (s: string, b: string, a: string, T = 1_723_161_256_313) => ({
    e: 'bookTicker',
    s,
    b,
    B: '1',
    a,
    A: '1',
    T,
    E: T + 5,
  });

  it.each([
    [
      'combined and wrapped with ns',
      { recv_ns: '1', msg: { stream: 'x@bookTicker', data: frame('X', '1', '2') } },
    ],
    ['bare and wrapped with s', { recv_s: '1.5', msg: frame('X', '1', '2') }],
    ['combined', { stream: 'x@bookTicker', data: frame('X', '1', '2') }],
    ['bare', frame('X', '1', '2')],
  ])('are read %s', async (_name, line) => {
    expect(await rowsOf('a.jsonl', `${JSON.stringify(line)}\n`)).toEqual([
      [1_723_161_256_313, 1, 2],
    ]);
  });

  it('of spot carry no time: the recorder knows it', async () => {
    const line = {
      recv_ns: '1723161255088169167',
      msg: { u: 1, s: 'X', b: '1', B: '1', a: '2', A: '1' },
    };
    expect(await rowsOf('a.jsonl', JSON.stringify(line))).toEqual([[1_723_161_255_088, 1, 2]]);
  });

  it('count, and no others do', async () => {
    const lines = [
      { msg: { e: 'trade', s: 'X', p: '1', T: 1 } },
      { msg: { e: 'depthUpdate', s: 'X', b: [['1', '1']], a: [] } },
      frame('Y', '5', '6'),
      frame('X', '1', '2'),
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    expect(await rowsOf('a.jsonl', text, 'X')).toEqual([[1_723_161_256_313, 1, 2]]);
    await expect(rowsOf('a.jsonl', text, 'Z')).rejects.toThrow(/of Z.*frames of Y, X/);
  });

  it.each([
    ['{"e":"bookTicker"', /line 1.*JSON/],
    ['7', /line 1.*frame/],
    [JSON.stringify(frame('X', '0', '2')), /line 1.*price above zero in field b/],
    [JSON.stringify(frame('X', '1', 'NaN')), /line 1.*price above zero in field a/],
  ])('refuse %s', async (line, message) => {
    await expect(rowsOf('a.jsonl', line)).rejects.toThrow(message);
  });
});

describe('barLengthOf', () => {
  const bars = (...times: number[]) =>
    ['ts_ms,open,high,low,close,volume', ...times.map((time) => `${time},1,1,1,1,1`)].join('\n');

  it.each([
    [[0, 60_000, 120_000, 600_000, 660_000], 60_000],
    [[0, 1_000, 3_000, 4_000, 6_000], 1_000],
    [[0, 0, 5_000], 5_000],
    [[0], 60_000],
  ])('of rows at %j is %d ms', async (times, length) => {
    expect(await barLengthOf(await recordingOf('b.csv', bars(...times)))).toBe(length);
  });
});

async function recordingOf(
  name: string,
  content: string | Uint8Array,
  symbol: string | null = null,
): Promise<Recording> {
  const file = join(folder, name);
  writeFileSync(file, content);
  return Recording.open(file, symbol);
}

/** Time and prices of every row. */
async function rowsOf(
  name: string,
  content: string | Uint8Array,
  symbol: string | null = null,
): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const batch of (await recordingOf(name, content, symbol)).batches()) {
    for (let row = 0; row < batch.count; row += 1) {
      const prices = batch.prices.subarray(row * batch.width, (row + 1) * batch.width);
      rows.push([batch.times[row] as number, ...prices]);
    }
  }
  return rows;
}
