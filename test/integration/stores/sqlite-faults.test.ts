import fs, { rmSync, statSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { CHECKPOINT_ROWS } from '../../../src/limits.js';
import type { Store, StoreBatch } from '../../../src/ports/store.js';
import { batchOf, sampleEvent, sampleOrder } from '../../../src/testing/contracts/sample-rows.js';
import { describeDrivers } from './describe-drivers.js';
import { FaultyDriver } from './drivers.js';
import { IDENTITY } from './sqlite-harness.js';

const event = (seq: number, text = ''): StoreBatch =>
  batchOf({ events: [sampleEvent(seq, { payload: { text } })] });

await describeDrivers('SqliteStore', ({ driver, harness }) => {
  it('reports a full disk, keeps what was there, and goes on when there is room', async () => {
    const faulty = new FaultyDriver(driver);
    const place = harness();
    const store = await place.opened(faulty);
    await store.commit(event(1)).durable;
    const connection = faulty.connection(place.path);
    const { page_count: pages } = connection.prepare('PRAGMA page_count').get() as {
      page_count: number;
    };
    connection.exec(`PRAGMA max_page_count = ${pages}`);
    const large = 'x'.repeat(100_000);
    const tickets = [store.commit(event(2, large)), store.commit(event(3, large))];
    for (const { recorded, durable } of tickets) {
      for (const promise of [recorded, durable]) {
        await expect(promise).rejects.toMatchObject({
          code: 'STORE_WRITE_FAILED',
          retryable: true,
        });
      }
    }
    expect(await seqs(store)).toEqual([1]);
    connection.exec('PRAGMA max_page_count = 1000000');
    await store.commit(event(4, large)).durable;
    expect(await seqs(store)).toEqual([1, 4]);
  });

  it('lets one poisonous batch fail alone', async () => {
    const faulty = new FaultyDriver(driver);
    const store = await harness().opened(faulty);
    faulty.before = (sql, values) => {
      if (sql.startsWith('INSERT INTO "events"') && values[0] === 2) throw new Error('poison');
      return true;
    };
    const tickets = [1, 2, 3].map((seq) =>
      store.commit(batchOf({ orders: [sampleOrder(`order-${seq}`)], events: [sampleEvent(seq)] })),
    );
    const settled = await Promise.allSettled(tickets.map(({ durable }) => durable));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await seqs(store)).toEqual([1, 3]);
    const { orders } = await store.load();
    expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual(['order-1', 'order-3']);
  });

  it.each(['COMMIT', 'BEGIN IMMEDIATE'])('survives a failing %s', async (statement) => {
    const faulty = new FaultyDriver(driver);
    const store = await harness().opened(faulty);
    const failure = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
    faulty.before = (sql) => {
      if (sql === statement) throw failure;
      return true;
    };
    const { recorded, durable } = store.commit(event(1));
    await expect(recorded).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED', cause: failure });
    await expect(durable).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    faulty.before = () => true;
    await store.commit(event(2)).durable;
    expect(await seqs(store)).toEqual([2]);
  });

  it('frees itself of a transaction whose rollback failed', async () => {
    const faulty = new FaultyDriver(driver);
    const store = await harness().opened(faulty);
    faulty.before = (sql) => {
      if (sql === 'COMMIT' || sql === 'ROLLBACK') throw new Error('not now');
      return true;
    };
    await expect(store.commit(event(1)).recorded).rejects.toThrow('not now');
    faulty.before = () => true;
    // This one meets the open transaction and ends it; the monitor tries again.
    await expect(store.commit(event(2)).recorded).rejects.toMatchObject({ retryable: true });
    await store.commit(event(3)).durable;
    expect(await seqs(store)).toEqual([3]);
  });

  it('reports a database that a foreign tool holds, without waiting long', async () => {
    const place = harness();
    const store = await place.opened();
    const tool = driver.open(place.path, { readOnly: false });
    tool.exec('BEGIN IMMEDIATE');
    const tickets = Array.from({ length: 100 }, (_, at) => store.commit(event(at + 1)));
    const settled = await Promise.allSettled(tickets.map(({ recorded }) => recorded));
    expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(tickets[0]?.durable).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
      retryable: true,
    });
    tool.exec('ROLLBACK');
    tool.close();
    await store.commit(event(200)).durable;
    expect(await seqs(store)).toEqual([200]);
  });

  it('refuses a row that could not be read back, before anything is written', async () => {
    const store = await harness().opened();
    const order = sampleOrder('order-1', { quantity: '1e5' });
    await expect(store.commit(batchOf({ orders: [order] })).recorded).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
      retryable: false,
      message: expect.stringMatching(/orders.*order-1.*quantity: expected a decimal string/),
    });
    expect((await store.load()).orders).toEqual([]);
  });

  it('proves durability by a checkpoint after a sync that failed', async () => {
    const place = harness();
    const store = await place.opened();
    vi.spyOn(fs, 'fdatasync').mockImplementationOnce((_, done) => done(new Error('EIO')));
    const failed = store.commit(event(1));
    await failed.recorded;
    await expect(failed.durable).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
      outcome: 'unknown',
    });
    await store.commit(event(2)).durable;
    // The log was moved into the database whole: what the failed sync may have lost is on disk elsewhere.
    expect(statSync(`${place.path}-wal`).size).toBe(0);
    const sync = vi.mocked(fs.fdatasync).mockClear();
    await store.commit(event(3)).durable;
    expect(sync).toHaveBeenCalledTimes(1);
    expect(await seqs(store)).toEqual([1, 2, 3]);
  });

  it('says when its log was removed, and saves what it holds', async () => {
    const place = harness();
    const store = await place.opened();
    await store.commit(event(1)).durable;
    rmSync(`${place.path}-wal`);
    const lost = store.commit(event(2));
    await expect(lost.durable).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    await store.commit(event(3)).durable;
    await store.close();
    const again = await place.opened();
    expect(await seqs(again)).toEqual([1, 2, 3]);
  });

  it('acknowledges nothing once its database was removed', async () => {
    const place = harness();
    const store = await place.opened();
    await store.commit(event(1)).durable;
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${place.path}${suffix}`);
    for (const seq of [2, 3]) {
      await expect(store.commit(event(seq)).durable).rejects.toThrow('removed or replaced');
    }
    await expect(store.close()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    // The lock was given back all the same.
    await (await place.opened()).close();
  });

  it('does not let a sync count for a commit that came after its begin', async () => {
    const store = await harness().opened();
    const original = fs.fdatasync;
    const held: (() => void)[] = [];
    vi.spyOn(fs, 'fdatasync').mockImplementation((fd, done) => {
      held.push(() => original(fd, done));
    });
    const first = store.commit(event(1));
    await first.recorded;
    const second = store.commit(event(2));
    const third = store.commit(event(3));
    await third.recorded;
    let isDurable = false;
    void second.durable.then(() => {
      isDurable = true;
    });
    expect(held.length).toBe(1);
    held[0]?.();
    await first.durable;
    await vi.waitUntil(() => held.length === 2);
    expect(isDurable).toBe(false);
    held[1]?.();
    // One sync for both that waited.
    await Promise.all([second.durable, third.durable]);
    expect(held.length).toBe(2);
  });

  it('keeps its log short without a sync inside a commit', async () => {
    const place = harness();
    const store = await place.opened();
    const sizes: number[] = [];
    for (let round = 0; round < 8; round++) {
      const events = Array.from({ length: CHECKPOINT_ROWS / 2 }, (_, at) =>
        sampleEvent(round * CHECKPOINT_ROWS + at + 1),
      );
      await store.commit(batchOf({ events })).durable;
      sizes.push(statSync(`${place.path}-wal`).size);
    }
    expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[2] ?? 0) * 1.5);
    await store.close();
    expect(fs.existsSync(`${place.path}-wal`)).toBe(false);
  });

  it('sets its pragmas anew on every open', async () => {
    const place = harness();
    for (let round = 0; round < 2; round++) {
      const faulty = new FaultyDriver(driver);
      const store = await place.opened(faulty);
      const connection = faulty.connection(place.path);
      const read = (name: string): unknown =>
        Object.values(connection.prepare(`PRAGMA ${name}`).get() as object)[0];
      expect(read('journal_mode')).toBe('wal');
      expect(read('synchronous')).toBe(1);
      expect(read('trusted_schema')).toBe(0);
      expect(read('foreign_keys')).toBe(1);
      expect(read('wal_autocheckpoint')).toBe(0);
      // A name in double quotes is a name, never silently a text.
      expect(() => connection.prepare('SELECT "no such column"')).toThrow();
      await store.close();
    }
  });

  it.each(['journal_mode = WAL', 'synchronous = NORMAL', 'wal_autocheckpoint = 0'])(
    'does not open where PRAGMA %s is ignored',
    async (pragma) => {
      const faulty = new FaultyDriver(driver);
      const place = harness();
      /** A new connection to a database with a log may be at NORMAL by itself: then it is another value that stays. */
      const stays = pragma.startsWith('synchronous');
      faulty.before = (sql) => {
        if (sql !== `PRAGMA ${pragma}`) return true;
        if (stays) faulty.connection(place.path).exec('PRAGMA synchronous = OFF');
        return false;
      };
      await expect(place.store(faulty).open(IDENTITY)).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
        message: expect.stringContaining('PRAGMA'),
      });
      // Nothing of the failed open is left: neither the lock nor the claim.
      await place.opened();
    },
  );
});

async function seqs(store: Store): Promise<number[]> {
  const found: number[] = [];
  for await (const { seq } of store.history({})) found.push(seq);
  return found;
}
