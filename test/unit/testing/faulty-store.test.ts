import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { CommitTicket, Store, StoreBatch } from '../../../src/ports/store.js';
import { batchOf, sampleEvent, sampleOrder } from '../../../src/testing/contracts/sample-rows.js';
import { eventsOf, IDENTITY } from '../../../src/testing/contracts/store-card-tools.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';
import { FaultyStore } from '../../../src/testing/stores/faulty-store.js';

/** One order and one event, so that both ways of reading show it. */
function batch(seq: number): StoreBatch {
  return batchOf({ orders: [sampleOrder(`order-${seq}`)], events: [sampleEvent(seq)] });
}

/** What became of a commit, with the times. */
function watch(clock: VirtualClock, ticket: CommitTicket): string[] {
  const log: string[] = [];
  for (const mark of ['recorded', 'durable'] as const) {
    ticket[mark].then(
      () => log.push(`${mark} at ${clock.monotonic()}`),
      (error) => log.push(`${mark}: ${isMonitorError(error) ? error.code : error}`),
    );
  }
  return log;
}

async function setUp() {
  const clock = new VirtualClock();
  const store = new FaultyStore(new MemoryStore(), { clock });
  await store.open(IDENTITY);
  return { clock, store };
}

async function ordersIn(store: Store): Promise<string[]> {
  return (await store.load()).orders.map(({ clientOrderId }) => clientOrderId);
}

async function seqsIn(store: Store): Promise<number[]> {
  return (await eventsOf(store)).map(({ seq }) => seq);
}

describe('commits that fail', () => {
  it('fail as often as was said, each with all of its batch', async () => {
    const { clock, store } = await setUp();
    store.failNextCommits({ times: 2 });
    const logs = [1, 2, 3].map((seq) => watch(clock, store.commit(batch(seq))));
    await runFor(clock, 0);
    const failed = ['recorded: STORE_WRITE_FAILED', 'durable: STORE_WRITE_FAILED'];
    expect(logs).toEqual([failed, failed, ['recorded at 0', 'durable at 0']]);
    expect(await ordersIn(store)).toEqual(['order-3']);
    expect(await seqsIn(store)).toEqual([3]);
    expect(store.pending).toEqual([]);
  });

  it('fail in the flush alone', async () => {
    const { clock, store } = await setUp();
    store.failNextCommits({ at: 'durable' });
    const log = watch(clock, store.commit(batch(1)));
    await runFor(clock, 0);
    expect(log).toEqual(['recorded at 0', 'durable: STORE_WRITE_FAILED']);
    expect(await ordersIn(store)).toEqual(['order-1']);
  });

  it('fail while the disk is full, or a function says so', async () => {
    const { clock, store } = await setUp();
    store.fillDisk();
    await expect(store.commit(batch(1)).recorded).rejects.toThrow('the disk is full');
    store.failWhile(({ orders }) => orders.length > 0, 'orders cannot be written');
    await expect(store.commit(batch(2)).recorded).rejects.toThrow('orders cannot be written');
    await store.commit(batchOf({ events: [sampleEvent(3)] })).durable;
    store.freeDisk();
    await store.commit(batch(4)).durable;
    await runFor(clock, 0);
    expect(await seqsIn(store)).toEqual([3, 4]);
  });

  it('refuses what no store could write, also when it is slow', async () => {
    const { clock, store } = await setUp();
    store.slow({ durableMs: 10 });
    const never = batchOf({ events: [sampleEvent(1, { payload: { never: 1n } as never })] });
    const log = watch(clock, store.commit(never));
    await runFor(clock, 20);
    expect(log).toEqual(['recorded: STORE_WRITE_FAILED', 'durable: STORE_WRITE_FAILED']);
  });
});

describe('calls that fail', () => {
  it.each(['open', 'load', 'history', 'close'] as const)('%s', async (call) => {
    const store = new FaultyStore(new MemoryStore());
    if (call !== 'open') await store.open(IDENTITY);
    store.failNext(call, 'STORE_CORRUPT');
    const run = (): Promise<unknown> => {
      if (call === 'open') return store.open(IDENTITY);
      return call === 'history' ? eventsOf(store) : store[call]();
    };
    expect(store.pending).toEqual([`failNext ${call} STORE_CORRUPT`]);
    await expect(run()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(store.pending).toEqual([]);
    await run();
  });

  it('a rule that would never be met is refused', () => {
    const store = new FaultyStore(new MemoryStore());
    expect(() => store.failNextCommits({ times: 0 })).toThrow(RangeError);
    expect(() => store.failNext('load', 'STORE_READ_FAILED', { times: 1.5 })).toThrow(RangeError);
  });
});

describe('a slow store', () => {
  it('records and flushes after the times that were said, in the order of the calls', async () => {
    const { clock, store } = await setUp();
    store.slow({ recordedMs: 100, durableMs: 50 });
    const slow = watch(clock, store.commit(batch(1)));
    await runFor(clock, 10);
    store.slow({});
    const quick = watch(clock, store.commit(batch(2)));
    await runFor(clock, 500);
    expect(slow).toEqual(['recorded at 100', 'durable at 150']);
    expect(quick).toEqual(['recorded at 100', 'durable at 150']);
    await expect(store.commit(batch(3)).durable).resolves.toBeUndefined();
  });

  it('flushes never until it is told to', async () => {
    const { clock, store } = await setUp();
    store.slow({ durableMs: Number.POSITIVE_INFINITY });
    const log = watch(clock, store.commit(batch(1)));
    await runFor(clock, 3_600_000);
    expect(log).toEqual(['recorded at 0']);
    await store.sync();
    await runFor(clock, 0);
    expect(log).toEqual(['recorded at 0', 'durable at 3600000']);
  });

  it('has every commit on the disk when it is closed', async () => {
    const { clock, store } = await setUp();
    store.slow({ recordedMs: 1_000, durableMs: 1_000 });
    const log = watch(clock, store.commit(batch(1)));
    await store.close();
    expect(log).toEqual(['recorded at 0', 'durable at 0']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses a pace that is none', () => {
    const store = new FaultyStore(new MemoryStore());
    for (const pace of [
      { recordedMs: -1 },
      { durableMs: Number.NaN },
      { recordedMs: Number.POSITIVE_INFINITY },
    ]) {
      expect(() => store.slow(pace)).toThrow(RangeError);
    }
  });
});

describe('the end of a process', () => {
  /** Batch 1 durable, 2 recorded, 3 not even that. */
  async function interrupted() {
    const { clock, store } = await setUp();
    await store.commit(batch(1)).durable;
    store.slow({ durableMs: Number.POSITIVE_INFINITY });
    const second = watch(clock, store.commit(batch(2)));
    store.slow({ recordedMs: 1_000 });
    const third = watch(clock, store.commit(batch(3)));
    await runFor(clock, 10);
    expect(await seqsIn(store)).toEqual([1, 2, 3]);
    return { clock, store, second, third };
  }

  it('by a crash loses what was not recorded', async () => {
    const { clock, store, second, third } = await interrupted();
    const next = await store.crash();
    await next.open(IDENTITY);
    expect(await ordersIn(next)).toEqual(['order-1', 'order-2']);
    expect(await seqsIn(next)).toEqual([1, 2]);
    await runFor(clock, 10_000);
    expect([second, third]).toEqual([['recorded at 0'], []]);
  });

  it('by a power loss loses what was not durable as well', async () => {
    const { store } = await interrupted();
    const next = await store.losePower();
    await next.open(IDENTITY);
    expect(await ordersIn(next)).toEqual(['order-1']);
    expect(await seqsIn(next)).toEqual([1]);
  });

  it('leaves a store that answers nothing and writes nothing', async () => {
    const { clock, store } = await interrupted();
    const next = await store.crash();
    await next.open(IDENTITY);
    const late = watch(clock, store.commit(batch(4)));
    const calls = [store.load(), store.close(), store.open(IDENTITY)];
    const settled = Promise.race(calls).then(() => 'settled');
    await expect(runUntil(clock, settled)).rejects.toThrow('does not settle');
    expect(late).toEqual([]);
    expect(await seqsIn(next)).toEqual([1, 2]);
  });
});

describe('history of a slow store', () => {
  it('has no event twice, although one is committed again', async () => {
    const { store } = await setUp();
    await store.commit(batch(1)).durable;
    store.slow({ durableMs: 1_000 });
    store.commit(batchOf({ events: [sampleEvent(1), sampleEvent(2)] }));
    expect(await seqsIn(store)).toEqual([1, 2]);
  });

  it('has nothing of a batch that will fail', async () => {
    const { clock, store } = await setUp();
    store.slow({ recordedMs: 100 });
    store.failNextCommits();
    const log = watch(clock, store.commit(batch(1)));
    store.commit(batch(2));
    expect(await seqsIn(store)).toEqual([2]);
    await runFor(clock, 100);
    expect(log).toEqual(['recorded: STORE_WRITE_FAILED', 'durable: STORE_WRITE_FAILED']);
    expect(await seqsIn(store)).toEqual([2]);
  });

  it('is that of the store inside and of what is on its way, as the query wants', async () => {
    const { store } = await setUp();
    await store.commit(batch(1)).durable;
    store.slow({ durableMs: 1_000 });
    store.commit(batchOf({ events: [sampleEvent(2, { name: 'monitor:started' })] }));
    store.commit(batchOf({ events: [sampleEvent(2), sampleEvent(3), sampleEvent(4)] }));
    expect(await seqsIn(store)).toEqual([1, 2, 3, 4]);
    const seqs = async (query: Parameters<typeof eventsOf>[1]): Promise<number[]> =>
      (await eventsOf(store, query)).map(({ seq }) => seq);
    expect(await seqs({ afterSeq: 2 })).toEqual([3, 4]);
    expect(await seqs({ limit: 3 })).toEqual([1, 2, 3]);
    expect(await seqs({ limit: 1 })).toEqual([1]);
    expect(await seqs({ name: 'monitor:started' })).toEqual([]);
    expect(await seqs({ symbol: 'ETHUSDT' })).toEqual([]);
    expect(await seqs({ trancheId: sampleEvent(1).trancheId ?? '' })).toEqual([1, 2, 3, 4]);
  });
});
