import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, replayed, replayFiles, runCli, scratch, trades } from './run-cli.js';

const LONG = { id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 };
const SHORT = { ...LONG, id: 'b', side: 'SHORT' };
const BARS_HEADER = 'ts_ms,open,high,low,close,volume';

function csv(prices: readonly (number | string)[]) {
  return { name: 'ticks.csv', content: trades(prices) };
}

describe('replay', () => {
  it('judges an entry from the next row on, and the rows before it not at all', async () => {
    const { entries } = await replayed({
      ticks: csv([90, 100, 100.9, 101, 120]),
      entries: [{ ...LONG, row: 1 }],
    });
    expect(entries).toMatchObject([
      { entryPrice: '100', entryRow: 1, legs: [{ reason: 'take-profit', row: 3, price: '101' }] },
    ]);
  });

  it('takes an entry by time at the first row at or after it', async () => {
    const { entries } = await replayed({
      ticks: csv([100, 100.1, 100.2, 100.3]),
      entries: [{ ...LONG, row: undefined, time: 1_700_000_001_001 }],
    });
    expect(entries).toMatchObject([
      {
        entryPrice: '100.2',
        entryRow: 2,
        legs: [{ portion: '1', reason: 'open', row: null, time: null, level: null, price: null }],
      },
    ]);
  });

  it('names the entry whose tranche another one joined', async () => {
    const { entries, stats } = await replayed({
      ticks: csv([100, 100.2, 99]),
      entries: [LONG, { ...LONG, id: 'c', row: 1 }, { ...LONG, id: 'd', row: 1, tranche: 'new' }],
    });
    expect(entries).toMatchObject([
      {
        id: 'a',
        trancheEntryPrice: '100.1',
        legs: [{ reason: 'stop-loss', row: 2, level: '99.1' }],
      },
      { id: 'c', joined: 'a', entryPrice: '100.2', legs: [], realizedPnl: '0' },
      { id: 'd', entryPrice: '100.2', legs: [{ level: '99.2' }] },
    ]);
    expect(entries[1]?.trancheId).toBe(entries[0]?.trancheId);
    expect(stats).toMatchObject({ tranches: 2, realizedPnl: '-0.034' });
  });

  it('names the entry whose tranche took another one over', async () => {
    const plan = { takeProfitPct: 50, stopLossPct: 20 };
    const { entries } = await replayed({
      // The second fill opens a tranche at -6 %; the third finds both in profit.
      ticks: csv([100, 94, 101, 150.1]),
      config: configOf('BTCUSDT', plan),
      entries: [LONG, { ...LONG, id: 'b', row: 1 }, { ...LONG, id: 'c', row: 2 }],
    });
    const [first, second, third] = entries;
    expect(second).toMatchObject({ mergedInto: 'a', legs: [], trancheId: first?.trancheId });
    expect(third?.legs).toEqual([]);
    expect(first?.legs).toHaveLength(1);
  });

  it('walks a bar open, low, high, close when it rises, and high before low when it falls', async () => {
    const rising = [`${BARS_HEADER}`, '0,100,100,100,100,1', '60000,100,101.5,98.5,100,1', ''].join(
      '\n',
    );
    const falling = rising.replace('60000,100,101.5,98.5,100,1', '60000,100,101.5,98.5,99.9,1');
    const run = async (content: string) =>
      (await replayed({ ticks: { name: 'bars.csv', content }, entries: [LONG] })).entries[0]
        ?.legs[0];
    expect(await run(rising)).toMatchObject({
      reason: 'stop-loss',
      row: 5,
      time: 75_000,
      price: '98.5',
    });
    expect(await run(falling)).toMatchObject({ reason: 'take-profit', row: 5, price: '101' });
  });

  it('takes the length of a bar from the option', async () => {
    const content = [BARS_HEADER, '0,100,100,100,100,1', '60000,100,101.5,100,100,1', ''].join(
      '\n',
    );
    const { entries } = await replayed({
      ticks: { name: 'bars.csv', content },
      entries: [LONG],
      options: ['--bar-ms', '1000'],
    });
    expect(entries[0]?.legs[0]).toMatchObject({ row: 6, time: 60_500 });
  });

  it('clamps a row that goes back in time, and counts it', async () => {
    const rows = trades([100, 100, 98]).split('\n');
    const back = rows[3]?.replaceAll('1700000002', '1600000000') ?? '';
    const { entries, stats } = await replayed({
      ticks: { name: 'ticks.csv', content: [...rows.slice(0, 3), back, ''].join('\n') },
      entries: [LONG],
    });
    expect(entries[0]?.legs).toMatchObject([
      { reason: 'stop-loss', row: 2, time: 1_700_000_001_000 },
    ]);
    expect(stats.clampedRows).toBe(1);
  });

  it('takes fees, slippage and latency into account', async () => {
    const { entries } = await replayed({
      ticks: csv([100, 100, 98, 98]),
      entries: [LONG],
      options: ['--fees', '0.02,0.05', '--slippage-bps', '10', '--latency-ms', '100'],
    });
    // The stop triggers at the exchange at 98 and fills 10 bps below; in and out are taker: 0.05 % of 1 + 0.97902.
    expect(entries).toMatchObject([
      {
        legs: [{ row: 2, level: '99', price: '97.902' }],
        realizedPnl: '-0.02098',
        fees: '0.00098951',
      },
    ]);
  });

  it('follows one-way mode: a SHORT reduces the LONG and opens nothing', async () => {
    const { entries } = await replayed({
      ticks: csv([100, 100.5, 100.5]),
      config: { ...configOf('BTCUSDT', { stopLossPct: 1 }), globals: { positionMode: 'one-way' } },
      entries: [LONG, { ...SHORT, row: 1 }],
    });
    expect(entries).toMatchObject([
      { legs: [{ reason: 'external', row: 1, price: '100.5' }], realizedPnl: '0.005' },
      { trancheId: null, legs: [] },
    ]);
  });

  it('reads a settings file of the trading bot', async () => {
    const { entries } = await replayed({
      ticks: csv([100, 98]),
      config: {
        globals: { hedge_mode: true },
        symbols: { BTCUSDT: { stop_loss_pct: 1 } },
        instruments: { BTCUSDT: { tickSize: '0.1', stepSize: '0.001' } },
      },
      entries: [LONG],
    });
    expect(entries[0]?.legs).toMatchObject([{ reason: 'stop-loss' }]);
  });

  it('judges on the recorded price what should be judged on another one, and says so', async () => {
    const { entries, stats } = await replayed({
      ticks: csv([100, 98]),
      config: configOf('BTCUSDT', { stopLossPct: 1, workingType: 'MARK_PRICE' }),
      entries: [LONG],
    });
    expect(entries[0]?.legs).toMatchObject([{ reason: 'stop-loss', row: 1 }]);
    expect(stats.warnings).toEqual([expect.stringMatching(/judged on LAST.*no MARK/)]);
  });

  it('gives the same answer again', async () => {
    const given = { ticks: csv([100, 100.4, 98, 101]), entries: [LONG, { ...SHORT, row: 1 }] };
    const [first, second] = [await replayed(given), await replayed(given)];
    expect({ ...second, elapsedMs: 0 }).toEqual({ ...first, elapsedMs: 0 });
  });

  it('prints exactly one object with --json, and a table with reasons without', async () => {
    const { args } = replayFiles({ ticks: csv([100, 98]), entries: [LONG] });
    const json = await runCli([...args, '--json']);
    expect(json.stdout.trim().split('\n')).toHaveLength(1);
    expect(json.stderr).toBe('');
    const text = await runCli(args);
    expect(text.stdout).toMatch(/stop-loss/);
    expect(text.stdout).toMatch(
      /a: LAST 98 in row 1 .* level 99 -> resting stop-loss .* filled 100 % at 98/,
    );
    expect(text.code).toBe(0);
  });
});

describe('the store of a replay', () => {
  it('is kept at --store, and status reads it', async () => {
    const store = join(scratch(), 'kept.db');
    await replayed({ ticks: csv([100, 100]), entries: [LONG], options: ['--store', store] });
    const { code, stdout } = await runCli(['status', '--store', store, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      isWriterPresent: false,
      positions: [{ symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', stopQuantity: '0.01' }],
      orders: [{ role: 'stop-loss' }, { role: 'take-profit' }],
    });
    const people = await runCli(['status', '--store', store]);
    expect(people.stdout).toMatch(/stop-market/);
  });

  it('may be an empty file, and nothing else', async () => {
    const store = join(scratch(), 'kept.db');
    writeFileSync(store, '');
    const given = { ticks: csv([100, 100]), entries: [LONG], options: ['--store', store] };
    await replayed(given);
    const before = readFileSync(store);
    const again = await runCli(replayFiles(given).args);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/kept\.db/);
    expect(readFileSync(store)).toEqual(before);
  });

  it('is removed without --store, and after a failure', async () => {
    const temporary = scratch();
    const good = replayFiles({ ticks: csv([100, 100]), entries: [LONG] });
    expect((await runCli(good.args, temporary)).code).toBe(0);
    const store = join(temporary, 'kept.db');
    const bad = replayFiles({
      ticks: csv([100, 'NaN']),
      entries: [LONG],
      options: ['--store', store],
    });
    expect((await runCli(bad.args, temporary)).code).toBe(2);
    expect((await runCli(bad.args.slice(0, -2), temporary)).code).toBe(2);
    // The loader that runs TypeScript from source keeps a cache of its own there.
    expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx'))).toEqual([]);
    expect(existsSync(store)).toBe(false);
  });
});

it('tells bad input in one line, without a stack, and ends with 2', async () => {
  const { args } = replayFiles({ ticks: csv([100, 'NaN']), entries: [LONG] });
  const { code, stdout, stderr } = await runCli([...args, '--json']);
  expect(stderr).toMatch(/^error: .*line 3: expected a price above zero.*\n$/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

describe('the command', () => {
  it.each([['replay'], ['status']])('%s --help shows an example', async (name) => {
    const { code, stdout } = await runCli([name, '--help']);
    expect(stdout).toMatch(new RegExp(`\\$ position-monitor ${name} `));
    expect(code).toBe(0);
  });

  it('tells its version', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each([
    [[]],
    [['frobnicate']],
    [['replay', '--frobnicate']],
    [['status']],
    [['status', '--store', 'nowhere.db']],
  ])('%j ends with 2', async (args) => {
    const { code, stderr } = await runCli(args);
    expect(stderr).not.toBe('');
    expect(code).toBe(2);
  });
});
