/**
 * How the monitor fares with 100 fills at once and with 100,000 tranches, through its public ways.
 *
 *     npx tsx bench/many-tranches.ts [--tranches 100000] [--json]
 *
 * Figures are of one run on one machine; only their ratios travel.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ManualFeed,
  MemoryStore,
  PaperExchange,
  PositionMonitor,
  type Store,
} from 'position-monitor';
import { SqliteStore } from 'position-monitor/sqlite';

const SYMBOLS = 500;
const QUIET_TICKS = 2_000_000;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const figures: Figure[] = [];
const tranches = Number(argument('--tranches') ?? 100_000);

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function note(name: string, value: number, unit: string): void {
  figures.push({ name, value: Math.round(value * 100) / 100, unit });
}

function symbolOf(index: number): string {
  return `S${index % SYMBOLS}USDT`;
}

function newMonitor(store: Store): { monitor: PositionMonitor; feed: ManualFeed } {
  const feed = new ManualFeed();
  const exchange = new PaperExchange({
    instruments: Array.from({ length: SYMBOLS }, (_, index) => ({
      symbol: symbolOf(index),
      tickSize: '0.01',
      stepSize: '0.001',
    })),
  });
  const monitor = new PositionMonitor({
    config: {
      symbols: { '*': { takeProfitPct: 20, stopLossPct: 20 } },
      globals: { maxTranchesPerSymbolSide: 1_000_000, reconcileIntervalMs: 3_600_000 },
    },
    exchange,
    feed,
    store,
  });
  return { monitor, feed };
}

async function handOver(
  monitor: PositionMonitor,
  from: number,
  count: number,
  callers: number,
): Promise<number> {
  let next = from;
  let covered = 0;
  const caller = async (): Promise<void> => {
    while (next < from + count) {
      const number = next;
      next += 1;
      const orderId = `order-${number}`;
      const symbol = symbolOf(number);
      await monitor.registerOrder({
        orderId,
        symbol,
        side: 'BUY',
        positionSide: 'LONG',
        tranche: 'new',
      });
      const answer = await monitor.handleOrderFill({
        orderId,
        symbol,
        side: 'BUY',
        positionSide: 'LONG',
        executedQty: '0.01',
        avgPrice: 1_000,
        status: 'FILLED',
      });
      if (answer) covered += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return covered;
}

async function hundredFills(name: string, store: Store): Promise<void> {
  const { monitor } = newMonitor(store);
  await monitor.start();
  await handOver(monitor, 0, 100, 10);
  const began = performance.now();
  const covered = await handOver(monitor, 1_000, 100, 10);
  note(`100 fills by 10 callers, ${name} (warm)`, performance.now() - began, 'ms');
  if (covered !== 100) throw new Error(`${100 - covered} fills are not protected`);
  await monitor.stop();
}

async function manyTranches(): Promise<void> {
  const { monitor, feed } = newMonitor(new MemoryStore());
  await monitor.start();
  const heapBefore = process.memoryUsage().heapUsed;
  const began = performance.now();
  const covered = await handOver(monitor, 0, tranches, 64);
  const took = performance.now() - began;
  if (covered !== tranches) throw new Error(`${tranches - covered} fills are not protected`);
  note(`${tranches} tranches opened and protected`, took / 1_000, 's');
  note('per tranche', (took * 1_000) / tranches, 'us');
  note(
    'heap per tranche, orders and events included',
    (process.memoryUsage().heapUsed - heapBefore) / tranches,
    'bytes',
  );
  for (const round of ['cold', 'warm']) {
    const start = performance.now();
    for (let index = 0; index < QUIET_TICKS; index += 1) feed.tick('S7USDT', 1_000 + (index & 3));
    note(
      `quiet tick with ${tranches} tranches (${round})`,
      ((performance.now() - start) * 1e6) / QUIET_TICKS,
      'ns',
    );
  }
  await monitor.stop();
}

const folder = mkdtempSync(join(tmpdir(), 'many-tranches-'));
try {
  await hundredFills('in memory', new MemoryStore());
  await hundredFills('durable on SQLite', new SqliteStore({ path: join(folder, 'bench.db') }));
  await manyTranches();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ results: figures }));
else for (const figure of figures) console.log(`${figure.name}: ${figure.value} ${figure.unit}`);
