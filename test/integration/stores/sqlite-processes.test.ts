import { copyFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import { batchOf, sampleEvent } from '../../../src/testing/contracts/sample-rows.js';
import { startChild } from './child-process.js';
import { describeDrivers } from './describe-drivers.js';
import { IDENTITY } from './sqlite-harness.js';

await describeDrivers('SqliteStore and other processes', ({ name, driver, harness }) => {
  it('keeps a second process out while the first lives, lets it in after a kill', async () => {
    const place = harness();
    const task = { path: place.path, driver: name, identity: IDENTITY } as const;
    const first = startChild({ ...task, act: 'hold' });
    await first.line((line) => line === 'open');
    const second = startChild({ ...task, act: 'try' });
    await second.ended();
    expect(second.lines).toEqual(['STORE_LOCKED']);
    await expect(place.store().open(IDENTITY)).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
    });
    const reader = await openReadOnlySqlite({ path: place.path, driver });
    expect(await reader.heartbeat('heartbeat')).toMatchObject({ isWriterPresent: true });
    await first.kill();
    expect(await reader.heartbeat('heartbeat')).toMatchObject({ isWriterPresent: false });
    await reader.close();
    const store = await place.opened();
    await store.close();
  });

  it('has every recorded batch after a kill in full flight, twice in a row', async () => {
    const place = harness();
    const task = { path: place.path, driver: name, identity: IDENTITY, act: 'flood' } as const;
    for (const kills of [1_500, 700]) {
      const child = startChild(task);
      // 1,500 batches of two rows make it pass a checkpoint on its way.
      await child.line((_, count) => count > kills);
      await child.kill();
      const recorded = Number(child.lines.at(-1)?.replace('recorded ', ''));
      expect(recorded).toBeGreaterThanOrEqual(kills - 1);
      const store = await place.opened();
      const { orders, lastSeq } = await store.load();
      expect(lastSeq).toBeGreaterThanOrEqual(recorded);
      // Orders are upserted by key in the second round, so there are as many as events.
      expect(orders.length).toBe(lastSeq);
      await store.close();
    }
  });

  it('has after power loss what it acknowledged as durable', async () => {
    const place = harness();
    const child = startChild({ path: place.path, driver: name, identity: IDENTITY, act: 'power' });
    await child.line((line) => line.startsWith('durable 450 '));
    await child.kill();
    const acknowledgements = child.lines
      .map((line) => /^durable (\d+) (\d+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, seq, bytes]) => ({ seq: Number(seq), bytes: Number(bytes) }));
    expect(acknowledgements.length).toBeGreaterThan(200);
    const walBytes = statSync(`${place.path}-wal`).size;
    const samples = acknowledgements.filter((_, index) => index % 40 === 7);
    samples.push(...acknowledgements.slice(-1));
    let hasLost = false;
    for (const { seq, bytes } of samples) {
      // The disk after the cut: the database as it was, and of the log only what a finished sync covered.
      const cut = harness();
      copyFileSync(place.path, cut.path);
      copyFileSync(`${place.path}-wal`, `${cut.path}-wal`);
      truncateSync(`${cut.path}-wal`, bytes);
      const store = await cut.opened();
      const { lastSeq } = await store.load();
      expect(lastSeq).toBeGreaterThanOrEqual(seq);
      hasLost ||= bytes < walBytes && lastSeq < (acknowledgements.at(-1)?.seq ?? 0);
      await store.close();
    }
    // Otherwise the cuts would have proven nothing.
    expect(hasLost).toBe(true);
  });

  it('notices a writer that came in because someone removed the lock file', async () => {
    const place = harness();
    const store = await place.opened();
    await store.commit(batchOf({ events: [sampleEvent(1)] })).durable;
    rmSync(`${place.path}-lock`);
    const other = startChild({
      path: place.path,
      driver: name,
      identity: IDENTITY,
      act: 'try',
    });
    await other.ended();
    expect(other.lines).toEqual(['open']);
    const { recorded, durable } = store.commit(batchOf({ events: [sampleEvent(2)] }));
    await expect(recorded).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await expect(durable).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect((await store.load()).lastSeq).toBe(1);
  });
});
