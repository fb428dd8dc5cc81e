import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReplayResult } from '../../../src/cli/replay/replay-result.js';
import { barsOf } from './recorded-ticks.js';
import { printedHere } from './replay-here.js';
import { reportDataOf } from './report-data-of.js';
import {
  configOf,
  missing,
  type ReplayCase,
  recorded,
  replayFiles,
  runCli,
  trades,
} from './run-cli.js';

const CRASH = 'copyleft/ohlcv/ftx-btc_perp-1m-20220120.csv.gz';
const LONG = { id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '1', row: 1 };
const LADDER = {
  stopLossPct: 2,
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 3, portion: 0.25 },
  ],
  breakeven: { afterLevel: 1 },
  trailingStop: { activationPct: 1.5, callbackPct: 0.5 },
};
/** Up through the first level, further so that the trail follows, and back through it. */
const THERE_AND_BACK = [100, 100, 100.4, 101.2, 102, 102.4, 102.2, 101.5, 101];
const OPEN_END = [100, 100, 100.4, 101.2, 101.1];

describe('replay --report', () => {
  it('shows the figures that --json prints', async () => {
    const { result, data } = await reported(ladder(THERE_AND_BACK, ['--fees', '0.1']));
    const legs = result.entries.flatMap((entry) => entry.legs);
    expect(
      data.exits.map(({ reason, level, price, row, time, portion }) => ({
        portion,
        reason,
        row,
        time,
        level,
        price,
      })),
    ).toEqual(legs);
    expect(data.exits.map(({ reason }) => reason)).toEqual(['take-profit', 'trailing-stop']);
    expect(data.summary).toMatchObject({
      entries: 1,
      tranches: 1,
      exits: 2,
      open: 0,
      realizedPnl: result.stats.realizedPnl,
      fees: result.stats.fees,
      netPnl: result.stats.netPnl,
      won: 1,
      closed: 1,
    });
    expect(Object.fromEntries(data.rules.map(({ reason, hitRate }) => [reason, hitRate]))).toEqual(
      result.stats.hitRates,
    );
    const pnl = data.exits.reduce((sum, exit) => sum + Number(exit.pnl), 0);
    expect(pnl).toBeCloseTo(Number(result.stats.realizedPnl), 10);
    expect(data.pnl.realized.values.at(-1)).toBe(Number(result.stats.netPnl));
    expect(data.pnl.total.values.at(-1)).toBeCloseTo(Number(result.stats.netPnl), 8);
  });

  it('tells the chain of an exit from the tick to the fill', async () => {
    const { data } = await reported(ladder(THERE_AND_BACK, ['--slippage-bps', '5']));
    const [profit, trail] = data.exits;
    expect(profit).toMatchObject({ slippage: '0', slippageBps: 0, quantity: '0.5' });
    expect(profit?.chain).toMatchObject({
      tick: { source: 'LAST', price: '101.2', row: 3 },
      requests: [{ role: 'take-profit', kind: 'limit', level: '101', status: 'filled' }],
      fills: [{ quantity: '0.5', price: '101', fee: '0' }],
    });
    expect(trail?.chain).toMatchObject({
      tick: { source: 'LAST', price: '101.5', row: 7 },
      requests: [{ role: 'stop-loss', kind: 'stop-market', level: '101.9', quantity: '0.5' }],
      fills: [{ quantity: '0.5', price: '101.44925' }],
    });
    expect(trail?.slippage).toBe('-0.45075');
    expect(trail?.slippageBps).toBeCloseTo(-44.2345, 4);
    const [request] = trail?.chain.requests ?? [];
    expect(request?.sentAt).toBeLessThanOrEqual(request?.acceptedAt ?? 0);
    expect(request?.endedAt).toBe(trail?.time);
    expect(trail?.chain.requestsOfTranche).toBeGreaterThan(3);
  });

  it('draws levels as they moved', async () => {
    const { data } = await reported(ladder(THERE_AND_BACK));
    const [tranche] = data.tranches;
    expect(tranche?.resting).toMatchObject({
      rows: [1, 3, 4, 5, 7],
      // Stop, breakeven, and the trail under 102 and 102.4.
      values: [98, 100, 101.5, 101.9, null],
    });
    expect(tranche?.targets.map(({ values, rows }) => ({ values, rows }))).toEqual([
      { values: [101, null], rows: [1, 3] },
      { values: [103, null], rows: [1, 7] },
    ]);
    expect(tranche?.rules.map(({ rule }) => rule)).toEqual([
      'stop-loss',
      'breakeven',
      'trailing-stop',
    ]);
    expect(tranche?.breakevenReached?.row).toBe(3);
    expect(tranche?.trailArmed?.row).toBe(4);
    expect(tranche?.entryPrice.values).toEqual([100, null]);
    expect(tranche?.closed?.row).toBe(7);
  });

  it('draws a trail between the steps of its order', async () => {
    const climb = Array.from({ length: 40 }, (_, step) => 102 + step * 0.01);
    const { data } = await reported(ladder([100, 100, 101.2, ...climb, 100]));
    const [tranche] = data.tranches;
    const steps = tranche?.resting.values.length ?? 0;
    expect(tranche?.guard.values.length).toBeGreaterThan(steps);
    const guards = tranche?.guard.values.filter((value) => value !== null) ?? [];
    expect(guards).toEqual(guards.toSorted((a, b) => a - b));
  });

  it('says what is still open', async () => {
    const { data } = await reported(ladder(OPEN_END));
    expect(data.summary).toMatchObject({ open: 1, exits: 1, closed: 0, unrealizedPnl: '0.55' });
    expect(data.tranches[0]).toMatchObject({ closed: null, reason: null });
    expect(data.tranches[0]?.resting.values.at(-1)).toBe(100);
    expect(data.exits[0]?.chain.requestsOfTranche).toBeNull();
    const total = data.pnl.total.values.at(-1);
    expect(total).toBeCloseTo(Number(data.summary.netPnl) + Number(data.summary.unrealizedPnl), 8);
  });

  it('does not see what happens while the monitor stops', async () => {
    const plan = { ...LADDER, timeLimitMs: 60_000 };
    const { data } = await reported({
      ...ladder(OPEN_END, ['--latency-ms', '40']),
      config: configOf('BTCUSDT', plan),
    });
    expect(data.summary).toMatchObject({ open: 1, closed: 0 });
  });

  it('marks entries that joined, and those that only reduced', async () => {
    const { data } = await reported({
      ticks: { name: 'ticks.csv', content: trades([100, 100, 100.1, 100.2, 100.1]) },
      config: { globals: { positionMode: 'one-way' }, ...configOf('BTCUSDT', { stopLossPct: 2 }) },
      entries: [
        { ...LONG, row: 0 },
        { ...LONG, id: 'b', row: 1 },
        { ...LONG, id: 'c', side: 'SHORT', quantity: '0.5', row: 3 },
      ],
    });
    expect(data.entries.map(({ fate }) => fate)).toEqual(['', 'joined a', 'reduced']);
    expect(data.exits).toMatchObject([{ reason: 'external', quantity: '0.5', level: null }]);
  });

  it('is the same for the same input, and changes nothing of the result', async () => {
    const given = ladder(THERE_AND_BACK);
    const first = await reported(given);
    const second = await reported(given);
    expect(readFileSync(second.file, 'utf8')).toBe(readFileSync(first.file, 'utf8'));
    const bare = JSON.parse(await printedHere([...replayFiles(given).args, '--json']));
    expect({ ...first.result, elapsedMs: 0 }).toEqual({ ...bare, elapsedMs: 0 });
  });

  it('runs nothing that a file says, and asks nobody for anything', async () => {
    const id = '</script><script>alert(1)</script><!--';
    const { data, file } = await reported({
      ...ladder(THERE_AND_BACK),
      entries: [{ ...LONG, id: id.replaceAll(' ', '') }],
    });
    expect(data.entries[0]?.id).toBe(id);
    const page = readFileSync(file, 'utf8');
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain('alert(1)</script>');
    expect(page).toMatch(/default-src &#39;none&#39;.*connect-src &#39;none&#39;/);
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page).not.toContain('unsafe-inline');
    // Whoever passes the page on passes the code of the charts on.
    expect(page).toContain('Permission is hereby granted');
  });

  it('is refused before the replay begins', async () => {
    const given = ladder(THERE_AND_BACK);
    const { args, folder } = replayFiles(given);
    const out = join(folder, 'out.html');
    writeFileSync(out, 'mine');
    const { code, stderr, stdout } = await runCli([
      ...args,
      '--report',
      out,
      '--store',
      join(folder, 's.db'),
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${out}: expected a report path without a file`);
    expect(existsSync(join(folder, 's.db'))).toBe(false);
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('leaves nothing behind when the replay or its store fails', async () => {
    const { args, folder } = replayFiles({
      ...ladder(THERE_AND_BACK),
      entries: [{ ...LONG, row: 1_000 }],
    });
    const out = join(folder, 'out.html');
    const before = readdirSync(folder);
    await expect(printedHere([...args, '--report', out])).rejects.toThrow('exit 2');
    expect(readdirSync(folder)).toEqual(before);
    const store = ['--store', join(folder, 'config.json')];
    await expect(printedHere([...args, '--report', out, ...store])).rejects.toThrow('exit 2');
    expect(readdirSync(folder)).toEqual(before);
  });

  it.skipIf(missing(CRASH))(
    'keeps the extremes of a crash (skipped without ../shared/data)',
    async () => {
      const { data, result } = await reported({
        ticks: recorded(CRASH),
        symbol: 'BTC-PERP',
        config: configOf('BTC-PERP', LADDER, '1', '0.0001'),
        entries: Array.from({ length: 12 }, (_, index) => ({
          id: `e${index}`,
          symbol: 'BTC-PERP',
          side: index % 2 === 0 ? 'LONG' : 'SHORT',
          quantity: '0.25',
          row: 100 + index * 600,
          tranche: 'new',
        })),
      });
      const [line] = data.prices;
      expect(line).toMatchObject({ samples: 4 * 8_640, perStep: 8 });
      const told = barsOf(recorded(CRASH), 1, 'path', 60_000).LONG.map(({ price }) => price);
      expect(Math.min(...(line?.values ?? []))).toBe(Math.min(...told));
      expect(Math.max(...(line?.values ?? []))).toBe(Math.max(...told));
      expect(data.exits).toHaveLength(
        result.entries.flatMap(({ legs }) => legs).filter(({ reason }) => reason !== 'open').length,
      );
      expect(data.pnl.total.values.at(-1)).toBeCloseTo(
        Number(data.summary.netPnl) + Number(data.summary.unrealizedPnl),
        6,
      );
    },
  );
});

function ladder(prices: readonly number[], options: readonly string[] = []): ReplayCase {
  return {
    ticks: { name: 'ticks.csv', content: trades(prices) },
    config: configOf('BTCUSDT', LADDER),
    entries: [LONG],
    options,
  };
}

async function reported(given: ReplayCase) {
  const { args, folder } = replayFiles(given);
  const file = join(folder, 'report.html');
  const printed = await printedHere([...args, '--json', '--report', file]);
  return { result: JSON.parse(printed) as ReplayResult, data: reportDataOf(file), file };
}
