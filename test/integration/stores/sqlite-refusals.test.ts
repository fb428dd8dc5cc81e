import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SqliteDriver } from '../../../src/adapters/stores/sqlite/driver.js';
import { claimFile } from '../../../src/adapters/stores/sqlite/file-claims.js';
import { findDriver } from '../../../src/adapters/stores/sqlite/find-driver.js';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import {
  batchOf,
  sampleEvent,
  sampleOrder,
  sampleRegistration,
  sampleTranche,
} from '../../../src/testing/contracts/sample-rows.js';
import { describeDrivers } from './describe-drivers.js';
import { IDENTITY, type SqliteHarness } from './sqlite-harness.js';

await describeDrivers('SqliteStore refuses', ({ driver, harness }) => {
  /** The refusal names the path and leaves every byte as it was. */
  async function expectRefused(place: SqliteHarness, code: string, traces: string[] = []) {
    const before = place.contents();
    const error = await place
      .store()
      .open(IDENTITY)
      .then(
        () => null,
        (reason: Error) => reason,
      );
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(place.path);
    const after = place.contents();
    const isExpected = (name: string): boolean => !traces.some((trace) => name.endsWith(trace));
    expect(Object.keys(after).filter(isExpected)).toEqual(Object.keys(before).filter(isExpected));
    for (const [name, bytes] of Object.entries(before))
      expect(after[name] === bytes, name).toBe(true);
  }

  async function filled(place: SqliteHarness): Promise<void> {
    const store = await place.opened();
    const tranches = Array.from({ length: 200 }, (_, at) => sampleTranche(at));
    await store.commit(batchOf({ tranches, orders: [sampleOrder('order-1')] })).durable;
    await store.close();
    rmSync(`${place.path}-lock`);
  }

  it.each([
    ['a text', 'Dear diary, '.repeat(500)],
    ['a few bytes', 'PK'],
    ['a page of zeros', '\0'.repeat(4096)],
  ])('a file that is no database: %s', async (_, bytes) => {
    const place = harness();
    writeFileSync(place.path, bytes);
    await expectRefused(place, 'STORE_CORRUPT');
  });

  it('a database of another program', async () => {
    const place = harness();
    place.sql('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    await expectRefused(place, 'STORE_CORRUPT');
  });

  it('a database of another program in WAL mode', async () => {
    const place = harness();
    place.sql('PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)');
    // Without URIs SQLite itself puts an empty log beside a database that it reads.
    await expectRefused(place, 'STORE_CORRUPT');
  });

  it('a store whose end is missing', async () => {
    const place = harness();
    await filled(place);
    truncateSync(place.path, Math.floor(statSync(place.path).size / 2));
    await expectRefused(place, 'STORE_CORRUPT', ['-lock', '-wal', '-shm']);
  });

  it('a store with a damaged page', async () => {
    const place = harness();
    await filled(place);
    const file = openSync(place.path, 'r+');
    for (let page = 3; page < 12; page++)
      writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, page * 4096);
    closeSync(file);
    await expectRefused(place, 'STORE_CORRUPT', ['-lock', '-wal', '-shm']);
  });

  it('a store without one of its tables, or without its stamp', async () => {
    const place = harness();
    await filled(place);
    place.sql('DELETE FROM store');
    await expectRefused(place, 'STORE_CORRUPT', ['-lock', '-wal', '-shm']);
    place.sql('DROP TABLE orders');
    await expectRefused(place, 'STORE_CORRUPT', ['-lock', '-wal', '-shm']);
  });

  it('a log without its database', async () => {
    const place = harness();
    writeFileSync(`${place.path}-wal`, 'x');
    await expectRefused(place, 'STORE_CORRUPT');
    writeFileSync(place.path, '');
    await expectRefused(place, 'STORE_CORRUPT');
  });

  it('a newer schema, with every byte left as it was', async () => {
    const place = harness();
    await filled(place);
    place.makeNewer();
    await expectRefused(place, 'STORE_SCHEMA_NEWER', ['-lock', '-wal', '-shm']);
  });

  it('a damaged value of each table, naming table, key and column', async () => {
    const place = harness();
    const damages = [
      [`UPDATE tranches SET plan = '{}'`, /tranches.*BTCUSDT:LONG:1000:0.*plan\.takeProfits/],
      [
        `UPDATE tranches SET plan = json_set(plan, '$.scaleOut', json('{"steps":3}'))`,
        /tranches.*plan\.scaleOut: expected no such member/,
      ],
      [
        `UPDATE tranches SET plan = json_set(plan, '$.exitExecution.kind', 'auction')`,
        /tranches.*plan\.exitExecution\.kind: expected one of/,
      ],
      [
        `UPDATE tranches SET progress = json_set(progress, '$.ratchet.rule', 'moon')`,
        /tranches.*progress\.ratchet\.rule: expected one of/,
      ],
      [`UPDATE tranches SET progress = 'null'`, /tranches.*progress: expected an object/],
      [`UPDATE tranches SET guard = ''`, /tranches.*guard: expected a decimal/],
      [`UPDATE tranches SET stop_rule = 'time-limit'`, /tranches.*stop_rule: expected one of/],
      [`UPDATE orders SET rule = 'moon'`, /orders.*order-1.*rule: expected one of/],
      [
        `UPDATE registrations SET plan = json_remove(plan, '$.timeLimit')`,
        /registrations.*entry-1.*plan\.timeLimit: expected/,
      ],
      [`UPDATE tranches SET state = 'OPNE'`, /tranches.*state: expected one of/],
      [`UPDATE tranches SET sources = '[{"orderId":"1"'`, /tranches.*sources: expected JSON/],
      [`UPDATE orders SET status = 'lost'`, /orders.*order-1.*status/],
      [`UPDATE orders SET reduce_only = 2`, /orders.*order-1.*reduce_only/],
    ] as const;
    for (const [damage, message] of damages) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${place.path}${suffix}`, { force: true });
      const whole = await place.opened();
      const batch = batchOf({
        tranches: [sampleTranche(0)],
        orders: [sampleOrder('order-1')],
        registrations: [sampleRegistration('entry-1')],
      });
      await whole.commit(batch).durable;
      await whole.close();
      place.sql(damage);
      const store = await place.opened();
      await expect(store.load()).rejects.toThrow(message);
      await expect(store.load()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
      await store.close();
    }
  });

  it('to write a plan that no version could read', async () => {
    const store = await harness().opened();
    const { plan } = sampleTranche(0);
    const unknown = { ...plan, scaleOut: { steps: 3 } };
    const { recorded } = store.commit(batchOf({ tranches: [sampleTranche(0, { plan: unknown })] }));
    await expect(recorded).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    await expect(recorded).rejects.toThrow(/BTCUSDT:LONG:1000:0.*plan\.scaleOut/);
    expect((await store.load()).tranches).toEqual([]);
    await store.close();
  });

  it('a damaged event when it is read', async () => {
    const place = harness();
    const store = await place.opened();
    await store.commit(batchOf({ events: [sampleEvent(1)] })).durable;
    await store.close();
    place.sql(`UPDATE events SET payload = '7'`);
    const again = await place.opened();
    await expect(
      (async () => {
        for await (const event of again.history({})) expect(event).toBeNull();
      })(),
    ).rejects.toThrow(/events.*\[1\].*payload/);
  });

  it('a directory that is missing, or in which nothing may be written', async () => {
    const place = harness();
    const missing = new SqliteStore({ path: join(place.folder, 'no', 'bot.db'), driver });
    await expect(missing.open(IDENTITY)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    const folder = join(place.folder, 'locked');
    mkdirSync(folder);
    chmodSync(place.folder, 0o755);
    chmodSync(folder, 0o555);
    await asUnprivileged(async () => {
      const store = new SqliteStore({ path: join(folder, 'bot.db'), driver });
      await expect(store.open(IDENTITY)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    });
  });

  it('a second store in the process, also by another name of the file', async () => {
    const place = harness();
    const store = await place.opened();
    const alias = join(place.folder, 'alias.db');
    symlinkSync(place.path, alias);
    const other = new SqliteStore({ path: alias, driver });
    await expect(other.open(IDENTITY)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await store.close();
    await other.open(IDENTITY);
    await other.close();
  });

  it('an empty file is a new store, readable for its owner only', async () => {
    const place = harness();
    writeFileSync(place.path, '');
    const umask = process.umask(0);
    try {
      const store = await place.opened();
      await store.commit(batchOf({ events: [sampleEvent(1)] })).durable;
      for (const suffix of ['', '-wal', '-shm', '-lock']) {
        expect(statSync(`${place.path}${suffix}`).mode & 0o777, suffix).toBe(0o600);
      }
      await store.close();
    } finally {
      process.umask(umask);
    }
  });

  it('what an interrupted creation left is no obstacle', async () => {
    const place = harness();
    writeFileSync(`${place.path}-new`, 'half a store');
    writeFileSync(`${place.path}-new-journal`, 'its journal');
    const store = await place.opened();
    expect((await store.load()).lastSeq).toBe(0);
    await store.close();
    expect(Object.keys(place.contents())).toEqual(['bot.db', 'bot.db-lock']);
    expect(readFileSync(place.path).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

describe('SqliteStore', () => {
  afterEach(() => {
    vi.doUnmock('better-sqlite3');
    vi.resetModules();
  });

  it('names the remedy where no driver can be loaded', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    vi.doMock('better-sqlite3', () => {
      throw new Error("Cannot find package 'better-sqlite3'");
    });
    vi.resetModules();
    const { findDriver: find } = await import('../../../src/adapters/stores/sqlite/find-driver.js');
    await expect(find()).rejects.toMatchObject({
      code: 'STORE_DRIVER_MISSING',
      message: expect.stringContaining('npm install better-sqlite3'),
    });
  });

  it('lets a process have one writer and one copy of SQLite on a file', () => {
    const [ours, theirs] = [{ name: 'ours' }, { name: 'theirs' }] as SqliteDriver[];
    if (!ours || !theirs) throw new Error('unreachable');
    const writer = claimFile('a path', 'writer', ours);
    expect(() => claimFile('a path', 'writer', theirs)).toThrow(
      expect.objectContaining({ code: 'STORE_LOCKED' }),
    );
    const reader = claimFile('a path', 'reader', theirs);
    expect(reader.driver).toBe(ours);
    writer.release();
    writer.release();
    // The reader still has its connection, made by the first driver.
    const next = claimFile('a path', 'writer', theirs);
    expect(next.driver).toBe(ours);
    next.release();
    reader.release();
    expect(claimFile('a path', 'reader', theirs).driver).toBe(theirs);
  });

  it('finds a driver by itself', async () => {
    expect((await findDriver()).name).toMatch(/sqlite/);
  });

  it.each([
    ['nothing', ''],
    ['a name for memory', ':memory:'],
    ['a text with NUL', 'a\0b'],
    ['a number', 7 as never],
  ])('wants a path, not %s', (_, path) => {
    expect(() => new SqliteStore({ path })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

/** The superuser may write everywhere, so the work is done as somebody else. */
async function asUnprivileged(work: () => Promise<void>): Promise<void> {
  const isSuperuser = process.geteuid?.() === 0;
  if (isSuperuser) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isSuperuser) process.seteuid?.(0);
  }
}
