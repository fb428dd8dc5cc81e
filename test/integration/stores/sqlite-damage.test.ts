import {
  closeSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import type { StoreIdentity, StoreSnapshot } from '../../../src/ports/store.js';
import type { CoreBenchOptions } from '../../support/core-bench.js';
import { describeDrivers } from './describe-drivers.js';
import { benchOn, bytesOf, copyStore, livedOn } from './lived-store.js';

const FILLS = 12;
const PAGE_BYTES = 4_096;

/** Damage and mix-ups as an operator meets them: what the monitor's `start()` says, and that it touches nothing. */
await describeDrivers('a monitor on a damaged store', ({ driver, harness }) => {
  /** A store of a monitor that stopped, and what the same one leaves when it is killed. */
  async function stores() {
    const place = harness();
    const bench = await livedOn(place.path, driver, FILLS);
    const killed = copyStore(place.path, join(place.folder, 'killed'));
    await bench.monitor.stop();
    const copies = { stopped: 0, killed: 0 };
    const fresh = (kind: keyof typeof copies): string => {
      copies[kind] += 1;
      const from = kind === 'stopped' ? place.path : killed;
      return copyStore(from, join(place.folder, `${kind}-${copies[kind]}`));
    };
    return { fresh, identity: identityOf(killed), sql: place.sql.bind(place) };
  }

  async function expectRefused(path: string, code: string, options: CoreBenchOptions = {}) {
    const before = bytesOf(path);
    const bench = benchOn(path, driver, options);
    await expect(bench.monitor.start()).rejects.toMatchObject({ code });
    expect(bench.exchange.writes).toEqual([]);
    expect(bytesOf(path)).toEqual(before);
    /** It is refused again, and not because something still holds it. */
    await expect(benchOn(path, driver, options).monitor.start()).rejects.toMatchObject({ code });
  }

  async function loaded(path: string, identity: StoreIdentity): Promise<StoreSnapshot> {
    const store = new SqliteStore({ path, driver });
    await store.open(identity);
    try {
      return await store.load();
    } finally {
      await store.close();
    }
  }

  /** As the stamp in the file says. */
  function identityOf(path: string): StoreIdentity {
    const database = driver.open(path, { readOnly: true });
    const row = database.prepare('SELECT * FROM store').get() as Record<string, string>;
    database.close();
    return {
      exchangeId: row.exchange_id ?? '',
      accountId: row.account_id ?? '',
      mode: row.mode as StoreIdentity['mode'],
      instanceId: row.instance_id ?? '',
      newIncarnation: '0000',
    };
  }

  /** Says whether it was refused; what is not refused has every row as it was. */
  async function isRefused(path: string, identity: StoreIdentity, whole: StoreSnapshot) {
    const before = bytesOf(path);
    const result = await loaded(path, identity).catch((error: Error) => error);
    if (result instanceof Error) {
      expect(result).toMatchObject({ code: 'STORE_CORRUPT' });
      expect(bytesOf(path)).toEqual(before);
      return true;
    }
    expect(result).toEqual(whole);
    return false;
  }

  it('refuses one whose end is missing, wherever it ends', async () => {
    const { fresh } = await stores();
    const { size } = statSync(fresh('stopped'));
    const ends = [1, 99, PAGE_BYTES, size / 4, size / 2, size - PAGE_BYTES, size - 9, size - 1];
    for (const bytes of ends) {
      const path = fresh('stopped');
      truncateSync(path, Math.floor(bytes));
      await expectRefused(path, 'STORE_CORRUPT');
    }
  });

  it.each(['stopped', 'killed'] as const)(
    'refuses flipped bytes in the head of any page of a %s one, or finds every row as it was',
    async (kind) => {
      const { fresh, identity } = await stores();
      const whole = await loaded(fresh(kind), identity);
      const pages = statSync(fresh(kind)).size / PAGE_BYTES;
      let refused = 0;
      for (let page = 0; page < pages; page += 1) {
        for (const at of page === 0 ? [0, 100] : [0]) {
          const path = fresh(kind);
          flip(path, page * PAGE_BYTES + at, 16);
          if (await isRefused(path, identity, whole)) refused += 1;
        }
      }
      /** What the log of a kill holds anew is not read from the page. */
      if (kind === 'stopped') expect(refused).toBe(pages + 1);
    },
  );

  it('refuses the store of another account, exchange, mode or instance, also after a kill', async () => {
    const { fresh } = await stores();
    for (const kind of ['stopped', 'killed'] as const) {
      await expectRefused(fresh(kind), 'STORE_FOREIGN', { account: { accountId: 'another' } });
      await expectRefused(fresh(kind), 'STORE_FOREIGN', { live: true });
      await expectRefused(fresh(kind), 'STORE_FOREIGN', { monitor: { instanceId: 'another' } });
    }
  });

  it('refuses a newer schema and leaves the log of a kill as it was', async () => {
    const { fresh, sql } = await stores();
    const path = fresh('stopped');
    sql('PRAGMA user_version = 1000', path);
    await expectRefused(path, 'STORE_SCHEMA_NEWER');
    const dead = fresh('killed');
    const later = driver.open(dead, { readOnly: false });
    later.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 1000');
    const copy = copyStore(dead, join(dead, '..', 'newer'));
    later.close();
    expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0);
    await expectRefused(copy, 'STORE_SCHEMA_NEWER');
  });

  it('refuses what other programs made', async () => {
    const place = harness();
    place.sql('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    await expectRefused(place.path, 'STORE_CORRUPT');
    const text = harness();
    writeFileSync(text.path, 'Dear diary, '.repeat(500));
    await expectRefused(text.path, 'STORE_CORRUPT');
  });

  it('of which the log is cut, flipped or gone has a whole prefix of what was recorded', async () => {
    const { fresh, identity } = await stores();
    const whole = await loaded(fresh('killed'), identity);
    const { size } = statSync(`${fresh('killed')}-wal`);
    expect(whole.tranches).toHaveLength(FILLS);
    let previous = 0;
    for (let part = 0; part <= 16; part += 1) {
      const path = fresh('killed');
      truncateSync(`${path}-wal`, Math.floor((size * part) / 16));
      const snapshot = await loaded(path, identity);
      expectPrefix(snapshot, whole);
      expect(snapshot.lastSeq).toBeGreaterThanOrEqual(previous);
      previous = snapshot.lastSeq;
      if (part === 16) expect(snapshot).toEqual(whole);
      if (part === 0 || part === 16) continue;
      const flipped = fresh('killed');
      flip(`${flipped}-wal`, Math.floor((size * part) / 16), 8);
      const after = await loaded(flipped, identity);
      expectPrefix(after, whole);
      expect(after.lastSeq).toBeLessThan(whole.lastSeq);
    }
    const gone = copyStore(fresh('killed'), join(fresh('killed'), '..', 'gone'), ['']);
    expectPrefix(await loaded(gone, identity), whole);
  });
});

/** Every commit is there whole or not at all: orders belong to tranches, and events have no holes. */
function expectPrefix(snapshot: StoreSnapshot, whole: StoreSnapshot): void {
  expect(snapshot.lastSeq).toBeLessThanOrEqual(whole.lastSeq);
  const ids = new Set(snapshot.tranches.map(({ id }) => id));
  for (const order of snapshot.orders) expect(ids.has(order.trancheId)).toBe(true);
  for (const { id } of snapshot.tranches) {
    const stops = snapshot.orders.filter((order) => order.trancheId === id);
    /** The intents stand in the batch of the tranche itself. */
    expect(stops.length).toBeGreaterThanOrEqual(1);
  }
}

function flip(path: string, at: number, count: number): void {
  const bytes = readFileSync(path).subarray(at, at + count);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes.map((byte) => byte ^ 0xff)), 0, bytes.length, at);
  closeSync(file);
}
