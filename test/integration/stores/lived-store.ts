import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteDriver } from '../../../src/adapters/stores/sqlite/driver.js';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import { CoreBench, type CoreBenchOptions } from '../../support/core-bench.js';

/** A bench whose monitor keeps its records in a real file. */
export function benchOn(
  path: string,
  driver: SqliteDriver,
  options: CoreBenchOptions = {},
): CoreBench {
  return new CoreBench({ ...options, store: new SqliteStore({ path, driver }) });
}

/** A monitor that has lived on a store: so many fills in tranches of their own, still open. */
export async function livedOn(
  path: string,
  driver: SqliteDriver,
  fills: number,
): Promise<CoreBench> {
  const bench = benchOn(path, driver, {
    globals: { maxTranchesPerSymbolSide: 1_000, mergeProfitableTranches: false },
  });
  await bench.monitor.start();
  await bench.tick(45_000);
  for (let fill = 0; fill < fills; fill += 1) {
    const orderId = `entry-${fill}`;
    await bench.monitor.registerOrder({
      orderId,
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      tranche: 'new',
    });
    await bench.fill('0.1', '45000', { orderId });
  }
  return bench;
}

/** What a process leaves that dies now: its files as the operating system has them. */
export function copyStore(path: string, into: string, suffixes = ['', '-wal']): string {
  mkdirSync(into, { recursive: true });
  const copy = join(into, 'bot.db');
  for (const suffix of suffixes) {
    if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  }
  return copy;
}

/** Names and bytes of a store's files that must not change: the lock and the shared memory mean nothing. */
export function bytesOf(path: string): Readonly<Record<string, string>> {
  const folder = join(path, '..');
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('-lock') && !name.endsWith('-shm'))
      .map((name) => [name, readFileSync(join(folder, name)).toString('latin1')] as const)
      /** Without URIs SQLite puts an empty log beside what it reads. */
      .filter(([name, bytes]) => !(name.endsWith('-wal') && bytes === '')),
  );
}
