import { describe, expect, it } from 'vitest';
import { printedHere, replayedHere } from './replay-here.js';
import { configOf, replayFiles, trades } from './run-cli.js';

const LONG = { id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 };
const SHORT = { ...LONG, id: 'b', side: 'SHORT' };

function csv(prices: readonly number[]) {
  return { name: 'ticks.csv', content: trades(prices) };
}

async function legsOf(prices: readonly number[], plan: object, ...options: readonly string[]) {
  const { entries } = await replayedHere({
    ticks: csv(prices),
    config: configOf('BTCUSDT', plan),
    entries: [LONG],
    options,
  });
  return entries[0]?.legs;
}

describe('exit rules in a replay', () => {
  it('take several levels with one row, a leg for each, and what is left with the stop at the entry', async () => {
    const plan = {
      takeProfitLevels: [
        { pct: 1, portion: 0.5 },
        { pct: 2, portion: 0.3 },
      ],
      stopLossPct: 5,
      breakeven: { afterLevel: 1 },
    };
    expect(await legsOf([100, 102.5, 99.9], plan)).toMatchObject([
      { portion: '0.5', reason: 'take-profit', row: 1, level: '101', price: '101' },
      { portion: '0.3', reason: 'take-profit', row: 1, level: '102', price: '102' },
      { portion: '0.2', reason: 'breakeven', row: 2, level: '100', price: '99.9' },
    ]);
  });

  it('trail the best price of both sides', async () => {
    const { entries } = await replayedHere({
      ticks: csv([100, 102, 105, 104, 103, 98, 101]),
      config: configOf('BTCUSDT', { trailingStop: { callbackPct: 2 } }),
      entries: [LONG, SHORT, { ...LONG, id: 'late', row: 5, tranche: 'new' }],
    });
    expect(entries).toMatchObject([
      // 2 % below 105 is 102.9, which 103 has not reached.
      { id: 'a', legs: [{ reason: 'trailing-stop', row: 5, level: '102.9', price: '98' }] },
      { id: 'b', legs: [{ reason: 'trailing-stop', row: 1, level: '102', price: '102' }] },
      { id: 'late', legs: [{ reason: 'open', row: null, armed: true }] },
    ]);
  });

  it('say of an open leg that its trail is armed only when it is', async () => {
    const plan = { stopLossPct: 5, trailingStop: { activationPct: 2, callbackPct: 1 } };
    expect(await legsOf([100, 101.9], plan)).toEqual([
      { portion: '1', reason: 'open', row: null, time: null, level: null, price: null },
    ]);
    expect(await legsOf([100, 102], plan)).toMatchObject([{ reason: 'open', armed: true }]);
  });

  it('earn the fees of the replay where breakeven is asked to', async () => {
    const plan = { stopLossPct: 5, breakeven: { activationPct: 1, includeFees: true } };
    // (100 + 0.05) / (1 - 0.0005) is 100.1000…, up to the next tick.
    const [leg] = (await legsOf([100, 101, 100.2], plan, '--fees', '0.02,0.05')) ?? [];
    expect(leg).toMatchObject({ reason: 'breakeven', row: 2, level: '100.2', price: '100.2' });
  });

  it('close at the time limit, between two rows', async () => {
    expect(await legsOf([100, 101, 102, 103], { timeLimitMs: 1_500 })).toEqual([
      {
        portion: '1',
        reason: 'time-limit',
        row: 1,
        time: 1_700_000_001_500,
        level: null,
        price: '101',
      },
    ]);
  });

  it('show a close in slices as one leg at its average price', async () => {
    const plan = {
      timeLimitMs: 1_500,
      exitExecution: { kind: 'twap', slices: 2, intervalMs: 1_000 },
    };
    expect(await legsOf([100, 101, 102, 103], plan)).toMatchObject([
      { portion: '1', reason: 'time-limit', row: 1, price: '101.5' },
    ]);
  });

  it('ask for a second look before a stop, but not beyond its floor', async () => {
    const plan = { stopLossPct: 1, confirm: { ticks: 2, hardFloorPct: 1 } };
    expect(await legsOf([100, 98.9, 99.5, 98.9, 98.8], plan)).toMatchObject([
      { reason: 'stop-loss', row: 4, level: '99', price: '98.8' },
    ]);
    expect(await legsOf([100, 98], plan)).toMatchObject([
      { reason: 'stop-loss', row: 1, level: '98.1', price: '98' },
    ]);
  });
});

describe('volatility in a replay', () => {
  /** Bars of 2 s, each with a range of 2: 100 and 102 in turn. */
  const calm = Array.from({ length: 12 }, (_, row) => (row % 2 === 0 ? 100 : 102));
  const volatility = { atrPeriod: 3, barMs: 2_000, slMultiple: 1.5 };

  it.each([
    ['of the configuration', { stopLossPct: 10, volatility }, null],
    ['of an entry', { stopLossPct: 10 }, { volatility }],
  ])('has an average %s from the rows before the entry', async (_, settings, plan) => {
    const { entries } = await replayedHere({
      ticks: csv([...calm, 97.5, 97]),
      config: configOf('BTCUSDT', settings),
      entries: [{ ...LONG, row: 10, ...(plan !== null && { plan }) }],
    });
    // Entry 100, 1.5 times a range of 2 below it.
    expect(entries[0]?.legs).toMatchObject([
      { reason: 'stop-loss', row: 13, level: '97', price: '97' },
    ]);
  });

  it('goes by the stop of the plan while there are too few rows', async () => {
    const { entries } = await replayedHere({
      ticks: csv([100, 102, 100, 97, 90]),
      config: configOf('BTCUSDT', { stopLossPct: 10, volatility }),
      entries: [LONG],
    });
    expect(entries[0]?.legs).toMatchObject([{ row: 4, level: '90' }]);
  });
});

describe('prices that a recording does not have', () => {
  it.each([
    [
      'a confirmation by them alone: the stop acts at once',
      { stopLossPct: 1, confirm: { source: 'MARK', hardFloorPct: 2 } },
      { row: 1, level: '99' },
      'symbols.BTCUSDT is not confirmed by MARK, but acts at once: the recording has no MARK prices',
    ],
    [
      'a confirmation by them as well: the rest of it holds',
      { stopLossPct: 1, confirm: { source: 'MARK', ticks: 2, hardFloorPct: 2 } },
      { row: 2, level: '99' },
      'symbols.BTCUSDT is confirmed without MARK: the recording has no MARK prices',
    ],
    [
      'a confirmation by what the stop is judged on instead',
      {
        stopLossPct: 1,
        workingType: 'MARK_PRICE',
        confirm: { source: 'LAST', ticks: 2, hardFloorPct: 2 },
      },
      { row: 2, level: '99' },
      'symbols.BTCUSDT is confirmed without LAST: its stops are judged on LAST here',
    ],
  ])('are left out of %s', async (_, plan, leg, warning) => {
    const { entries, stats } = await replayedHere({
      ticks: csv([100, 98.9, 98.9]),
      config: configOf('BTCUSDT', plan),
      entries: [LONG],
    });
    expect(entries[0]?.legs).toMatchObject([{ reason: 'stop-loss', ...leg }]);
    expect(stats.warnings).toContain(warning);
  });

  it('are told for the plan of an entry, which may inherit what it is judged on', async () => {
    const { stats } = await replayedHere({
      ticks: csv([100, 98.9, 98.9]),
      config: configOf('BTCUSDT', { stopLossPct: 1, workingType: 'MARK_PRICE' }),
      entries: [{ ...LONG, plan: { confirm: { source: 'LAST', ticks: 2 } } }],
    });
    expect(stats.warnings).toEqual([
      'symbols.BTCUSDT is judged on LAST: the recording has no MARK prices',
      'The plan of entry a is confirmed without LAST: its stops are judged on LAST here',
    ]);
  });

  it('are said where a quote confirms itself, and the other side of it confirms', async () => {
    const quote = ([bid, ask]: readonly number[]) =>
      JSON.stringify({ s: 'BTCUSDT', b: bid, a: ask });
    const frames = [
      [100, 101],
      [98.9, 101],
      [98.9, 98.9],
    ].map((prices, row) => `{"recv_s":${1_700_000_000 + row},"msg":${quote(prices)}}`);
    const run = (source: string) =>
      replayedHere({
        ticks: { name: 'frames.jsonl', content: `${frames.join('\n')}\n` },
        config: configOf('BTCUSDT', { stopLossPct: 2, confirm: { source, hardFloorPct: 5 } }),
        entries: [LONG],
      });
    const [bid, ask] = [await run('BID'), await run('ASK')];
    expect(bid.entries[0]?.legs).toMatchObject([{ row: 1, level: '99', price: '98.9' }]);
    expect(bid.stats.warnings).toEqual([
      'symbols.BTCUSDT: the stops of a LONG are judged on BID here, which confirms itself',
    ]);
    expect(ask.entries[0]?.legs).toMatchObject([{ row: 2, level: '99', price: '98.9' }]);
  });

  it('leave nothing to do for the liquidation guard', async () => {
    const { stats } = await replayedHere({
      ticks: csv([100, 100]),
      config: configOf('BTCUSDT', { stopLossPct: 1, liquidationGuard: { bufferPct: 1 } }),
      entries: [LONG],
    });
    expect(stats.warnings).toEqual([expect.stringMatching(/liquidationGuard has nothing to do/)]);
  });
});

describe('the table of a replay', () => {
  it('has a line for each leg, with its reason and level, and says of an open one that it trails', async () => {
    const { args } = replayFiles({
      ticks: csv([100, 101, 102, 103]),
      config: configOf('BTCUSDT', {
        takeProfitLevels: [{ pct: 1, portion: 0.5 }],
        trailingStop: { callbackPct: 2 },
        stopLossPct: 5,
      }),
      entries: [LONG, { ...SHORT, plan: { trailingStop: { callbackPct: 1 } } }],
    });
    const stdout = await printedHere(args);
    const [first, second, third] = stdout.split('\n').filter((line) => /^│ [ab ] /.test(line));
    expect(first).toMatch(/│ a .*│ take-profit +│ 50 % +│ 101 +│ 101 +│ 1 /);
    expect(second).toMatch(/│ open, trail armed +│ 50 % +│ +│ +│/);
    expect(third).toMatch(/│ b .*│ trailing-stop +│ 100 % +│ 101 +│ 101 +│ 1 /);
    expect(stdout).toMatch(
      /b: LAST 101 in row 1 .* at or past the trailing-stop level 101 -> resting/,
    );
  });
});
