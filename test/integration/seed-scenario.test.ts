import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { SqliteStore } from '../../src/adapters/stores/sqlite/sqlite-store.js';
import { PositionMonitor } from '../../src/monitor/position-monitor.js';
import type { Store } from '../../src/ports/store.js';

const FILLS = 100;
const CALLERS = 10;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'ADAUSDT'];

let folder: string | null = null;

afterEach(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
});

function sqliteStore(): Store {
  folder = mkdtempSync(join(tmpdir(), 'seed-scenario-'));
  return new SqliteStore({ path: join(folder, 'monitor.db') });
}

/** The scenario of the specification: 100 positions handed over by ten workers at once, in real time. */
describe.each([
  { name: 'in memory', makeStore: (): Store => new MemoryStore() },
  { name: 'on SQLite', makeStore: sqliteStore },
])('100 fills by 10 concurrent callers, $name', ({ makeStore }) => {
  it('are all protected, each contract once', async () => {
    const exchange = new PaperExchange({
      instruments: SYMBOLS.map((symbol) => ({ symbol, tickSize: '0.01', stepSize: '0.001' })),
    });
    const monitor = new PositionMonitor({
      config: {
        symbols: { '*': { takeProfitPct: 2, stopLossPct: 1 } },
        globals: { mergeProfitableTranches: false },
      },
      exchange,
      feed: new ManualFeed(),
      store: makeStore(),
    });
    await monitor.start();
    let next = 0;
    const caller = async (): Promise<boolean[]> => {
      const answers: boolean[] = [];
      while (next < FILLS) {
        const number = next;
        next += 1;
        const short = number % 3 === 0;
        answers.push(
          await monitor.handleOrderFill({
            orderId: `order-${number}`,
            symbol: SYMBOLS[number % SYMBOLS.length] as string,
            side: short ? 'SELL' : 'BUY',
            positionSide: short ? 'SHORT' : 'LONG',
            executedQty: '0.01',
            avgPrice: 1_000 + (number % 7),
          }),
        );
      }
      return answers;
    };
    const answers = (await Promise.all(Array.from({ length: CALLERS }, caller))).flat();
    expect(answers).toEqual(Array.from({ length: FILLS }, () => true));
    await monitor.settled();
    const tranches = monitor.positions().flatMap((position) => position.tranches);
    expect(tranches.every((tranche) => tranche.coverage === 'resting')).toBe(true);
    const held = tranches.reduce((sum, tranche) => sum + Number(tranche.quantity), 0);
    expect(held).toBeCloseTo(FILLS * 0.01, 9);
    const report = await monitor.verifyProtection();
    expect(report).toMatchObject({ protected: true });
    expect(
      report.positions.every((row) => row.resting === row.held && row.takeProfit === row.held),
    ).toBe(true);
    await monitor.stop();
  });
});
