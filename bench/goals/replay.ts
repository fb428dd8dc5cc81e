import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Goal } from '../lib/goal.js';
import { inTurn, median, seededRandom, sink } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';

/** The command `replay` over generated trades, with its SQLite store and one open tranche. */
export const replay: Goal = async ({ quick }) => {
  const count = quick ? 300_000 : 2_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'bench-replay-'));
  const file = join(folder, 'trades.csv.gz');
  writeFileSync(file, gzipSync(trades(count), { level: 1 }));
  const command = commandFor(folder, file);
  const taken = await inTurn(
    { ours: async (round) => command(round, count), bare: async () => bareRead(file, count) },
    { rounds: quick ? 3 : 7, warmUp: 1 },
  );
  rmSync(folder, { recursive: true, force: true });
  const rate = (ms: number): number => (count * 1_000) / ms;
  return [
    rowOf({
      id: 'replay',
      name: `rows/s of replay, ${count} trades in a .csv.gz, SQLite store, one open tranche`,
      goal: '>= 400,000 rows/s',
      unit: '/s',
      figure: rate(median(taken.ours)),
      reference: rate(median(taken.bare)),
      yardstick: 'gunzip, split the lines, Number of the price, two compares',
      bounds: { figureMin: 400_000 },
      note: 'the whole command: starting Node, opening the store and reporting included',
    }),
  ];
};

function trades(count: number): string {
  const random = seededRandom(7);
  const lines = ['ts_us,recv_us,id,side,price,qty'];
  let cents = 10_000_00;
  for (let index = 0; index < count; index += 1) {
    // Near 10,000: neither the stop nor the take-profit is reached.
    cents += Math.round((random() - 0.5) * 40) + (cents > 10_000_00 ? -1 : 1);
    const time = 1_700_000_000_000_000 + index * 10_000;
    lines.push(`${time},${time + 900},${index},buy,${(cents / 100).toFixed(2)},0.013`);
  }
  return `${lines.join('\n')}\n`;
}

function commandFor(folder: string, file: string): (round: number, count: number) => number {
  const config = join(folder, 'config.json');
  const entries = join(folder, 'entries.json');
  const instrument = {
    ...{ tickSize: '0.01', stepSize: '0.001', minQty: '0.001', minNotional: '5' },
  };
  writeFileSync(
    config,
    JSON.stringify({
      symbols: { BTCUSDT: { takeProfitPct: 60, stopLossPct: 60 } },
      instruments: { BTCUSDT: instrument },
    }),
  );
  writeFileSync(
    entries,
    JSON.stringify([{ id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 }]),
  );
  const main = join(
    createRequire(import.meta.url).resolve('position-monitor/package.json'),
    ...['..', 'dist', 'cli', 'main.js'],
  );
  return (round, count) => {
    const store = join(folder, `replay-${round}.db`);
    const files = ['--ticks', file, '--config', config, '--entries', entries, '--store', store];
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, 'replay', ...files, '--json'],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const took = performance.now() - began;
    if (status !== 0) throw new Error(`replay ended with ${status}: ${stderr}`);
    if (!stdout.includes(String(count))) throw new Error('replay did not read all rows');
    return took;
  };
}

/** The least that reads the same rows and decides on them, ms. */
function bareRead(file: string, count: number): number {
  const began = performance.now();
  const text = gunzipSync(readFileSync(file)).toString();
  let rows = 0;
  let hits = 0;
  for (let from = text.indexOf('\n') + 1; from < text.length; ) {
    const to = text.indexOf('\n', from);
    const price = Number(text.slice(from, to).split(',')[4]);
    if (price >= 16_000 || price <= 4_000) hits += 1;
    rows += 1;
    from = to + 1;
  }
  sink.value += hits;
  if (rows !== count) throw new Error('not all rows were read');
  return performance.now() - began;
}
