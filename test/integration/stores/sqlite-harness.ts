import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteDriver } from '../../../src/adapters/stores/sqlite/driver.js';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import type { Store, StoreBatch, StoreIdentity } from '../../../src/ports/store.js';
import type { StoreHarness } from '../../../src/testing/contracts/store-contract.js';
import { startChild } from './child-process.js';
import type { DriverName } from './drivers.js';

export const IDENTITY: StoreIdentity = {
  exchangeId: 'paper',
  accountId: 'account-1',
  mode: 'simulated',
  instanceId: 'default',
  newIncarnation: 'a1',
};

/** A folder of its own with a store in it. */
export class SqliteHarness implements StoreHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'store-'));
  readonly path = join(this.folder, 'bot.db');
  readonly driver: SqliteDriver;
  readonly #stores: SqliteStore[] = [];

  constructor(driver: SqliteDriver) {
    this.driver = driver;
  }

  store(driver: SqliteDriver = this.driver): Store {
    const store = new SqliteStore({ path: this.path, driver });
    this.#stores.push(store);
    return store;
  }

  async opened(driver: SqliteDriver = this.driver): Promise<Store> {
    const store = this.store(driver);
    await store.open(IDENTITY);
    return store;
  }

  async commitAndDie(identity: StoreIdentity, batches: readonly StoreBatch[]): Promise<number> {
    const batchesFile = join(this.folder, 'batches.json');
    writeFileSync(batchesFile, JSON.stringify(batches));
    const child = startChild({
      path: this.path,
      driver: this.driver.name as DriverName,
      identity,
      act: 'commit-and-die',
      batchesFile,
    });
    await child.ended();
    return child.lines.filter((line) => line === 'recorded').length;
  }

  damageOrder(clientOrderId: string): void {
    this.sql(`UPDATE orders SET quantity = '0.2x' WHERE client_order_id = '${clientOrderId}'`);
  }

  makeNewer(): void {
    this.sql('PRAGMA user_version = 1000');
  }

  /** Runs statements on the closed store. */
  sql(statements: string, path = this.path): void {
    const database = this.driver.open(path, { readOnly: false });
    database.exec(statements);
    database.close();
  }

  /** Names and bytes of everything in the folder. Only while nothing here is open. */
  contents(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      readdirSync(this.folder).map((name) => [
        name,
        readFileSync(join(this.folder, name)).toString('latin1'),
      ]),
    );
  }

  async cleanup(): Promise<void> {
    for (const store of this.#stores) await store.close().catch(() => undefined);
    chmodSync(this.folder, 0o700);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
