import { readdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import {
  batchOf,
  SAMPLE_TIME,
  sampleEvent,
  sampleTranche,
} from '../../../src/testing/contracts/sample-rows.js';
import { describeDrivers } from './describe-drivers.js';
import { IDENTITY } from './sqlite-harness.js';

await describeDrivers('openReadOnlySqlite', ({ driver, harness }) => {
  it('sees what the writer records, and disturbs it in nothing', async () => {
    const place = harness();
    const store = await place.opened();
    const reader = await openReadOnlySqlite({ path: place.path, driver });
    const { newIncarnation, ...owner } = IDENTITY;
    expect(reader.stamp).toEqual({ ...owner, incarnation: newIncarnation });
    expect((await reader.snapshot()).tranches).toEqual([]);
    expect(await reader.heartbeat('heartbeat')).toEqual({
      isWriterPresent: true,
      mark: null,
      lastSeq: 0,
      lastEventTime: null,
    });
    const batch = batchOf({
      tranches: [sampleTranche(0)],
      marks: [{ name: 'heartbeat', value: '12' }],
      events: [sampleEvent(1), sampleEvent(2)],
    });
    await store.commit(batch).recorded;
    expect(await reader.snapshot()).toEqual(await store.load());
    const events = [];
    for await (const event of reader.history({ afterSeq: 1 })) events.push(event);
    expect(events).toEqual([sampleEvent(2)]);
    expect(await reader.heartbeat('heartbeat')).toEqual({
      isWriterPresent: true,
      mark: '12',
      lastSeq: 2,
      lastEventTime: SAMPLE_TIME + 2,
    });
    await store.close();
    expect(await reader.heartbeat('heartbeat')).toMatchObject({ isWriterPresent: false });
    const next = await place.opened();
    await next.close();
    await reader.close();
    await reader.close();
    await expect(reader.snapshot()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('is an error where there is nothing to read, never an empty answer', async () => {
    const place = harness();
    const open = () => openReadOnlySqlite({ path: place.path, driver });
    await expect(open()).rejects.toMatchObject({ code: 'STORE_READ_FAILED' });
    expect(readdirSync(place.folder)).toEqual([]);
    writeFileSync(place.path, '');
    await expect(open()).rejects.toMatchObject({ code: 'STORE_READ_FAILED' });
    writeFileSync(place.path, 'Dear diary');
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('refuses a newer schema', async () => {
    const place = harness();
    await (await place.opened()).close();
    place.makeNewer();
    await expect(openReadOnlySqlite({ path: place.path, driver })).rejects.toMatchObject({
      code: 'STORE_SCHEMA_NEWER',
    });
  });

  it('changes nothing in a store that nobody writes', async () => {
    const place = harness();
    await (await place.opened()).close();
    const before = place.contents();
    const reader = await openReadOnlySqlite({ path: place.path, driver });
    await reader.snapshot();
    await reader.close();
    const after = place.contents();
    for (const [name, bytes] of Object.entries(before))
      expect(after[name] === bytes, name).toBe(true);
    await (await place.opened()).close();
  });

  it('does not keep a writer from its log', async () => {
    const place = harness();
    const store = await place.opened();
    const reader = await openReadOnlySqlite({ path: place.path, driver });
    await store.commit(batchOf({ events: [sampleEvent(1)] })).durable;
    await reader.snapshot();
    // With the reader still open the log cannot be emptied for good; closing is no failure.
    await store.close();
    expect((await reader.snapshot()).lastSeq).toBe(1);
    await reader.close();
  });
});
