import assert from 'node:assert/strict';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import type {
  HistoryQuery,
  ProgressRow,
  Store,
  StoreBatch,
  StoredEvent,
  StoreIdentity,
  StoreStamp,
} from '../../ports/store.js';
import {
  batchOf,
  sampleEvent,
  sampleLedger,
  sampleOrder,
  sampleRegistration,
  sampleTranche,
} from './sample-rows.js';
import type { StoreHarness } from './store-harness.js';

/** What the cards of a store share. */
export const IDENTITY: StoreIdentity = {
  exchangeId: 'paper',
  accountId: 'account-1',
  mode: 'simulated',
  instanceId: 'default',
  newIncarnation: 'a1',
};

/** Records that a store must carry. */
export const MANY = { tranches: 20_000, orders: 40_000, events: 40_000 };

const progress: ProgressRow = {
  peak: null,
  breakevenReached: false,
  levelsTaken: 0,
  timeLimitDone: false,
  averageRange: null,
  volatilityTakeProfit: null,
  ratchet: null,
  fundingPaid: '0',
};

export const FULL = batchOf({
  // The second tranche has just begun.
  tranches: [sampleTranche(0), sampleTranche(1, { guard: null, stopRule: 'stop-loss', progress })],
  orders: [
    sampleOrder('order-1'),
    sampleOrder('order-2', { rule: 'breakeven', kind: 'stop-limit', price: '98900' }),
    sampleOrder('order-3', { role: 'close', kind: 'ioc-limit', price: '98900' }),
  ],
  ledgers: [sampleLedger('1000')],
  registrations: [sampleRegistration('entry-1'), sampleRegistration('entry-2')],
  marks: [{ name: 'watermark', value: '1' }],
  events: [sampleEvent(1), sampleEvent(2, { symbol: null, trancheId: null })],
});

export function numbered(seq: number): StoreBatch {
  return batchOf({
    orders: [sampleOrder(`order-${seq}`)],
    marks: [{ name: 'last', value: `${seq}` }],
    events: [sampleEvent(seq)],
  });
}

export async function opened(
  world: StoreHarness,
  identity = IDENTITY,
): Promise<{ store: Store; stamp: StoreStamp }> {
  const store = world.store();
  return { store, stamp: await store.open(identity) };
}

export async function assertHolds(store: Store, batch: StoreBatch): Promise<void> {
  const { lastSeq, ...rows } = await store.load();
  const { deletedRegistrations: _, events, ...expected } = batch;
  assert.deepEqual(rows, expected);
  assert.equal(lastSeq, events.at(-1)?.seq);
  assert.deepEqual(await eventsOf(store), events);
}

export async function assertClosed(store: Store): Promise<void> {
  const isClosed = hasCode('STORE_CLOSED');
  await assert.rejects(store.load(), isClosed);
  await assert.rejects(store.commit(numbered(1)).recorded, isClosed);
  await assert.rejects(store.commit(numbered(1)).durable, isClosed);
  await assert.rejects(eventsOf(store), isClosed);
}

export async function commitMany(store: Store): Promise<void> {
  const step = 1_000;
  for (let from = 0; from < MANY.tranches; from += step) {
    const tranches = Array.from({ length: step }, (_, at) => sampleTranche(from + at));
    const orders = tranches.flatMap(({ id }, at) => [
      sampleOrder(`sl-${from + at}`, { trancheId: id }),
      sampleOrder(`tp-${from + at}`, { trancheId: id, role: 'take-profit' }),
    ]);
    const events = orders.map((_, at) => sampleEvent(from * 2 + at + 1));
    await store.commit(batchOf({ tranches, orders, events })).recorded;
  }
}

export async function eventsOf(store: Store, query: HistoryQuery = {}): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of store.history(query)) events.push(event);
  return events;
}

export function expectedOf(events: readonly StoredEvent[], query: HistoryQuery): StoredEvent[] {
  return events
    .filter(
      ({ seq, name, symbol, trancheId }) =>
        seq > (query.afterSeq ?? 0) &&
        (query.name ?? name) === name &&
        (query.symbol ?? symbol) === symbol &&
        (query.trancheId ?? trancheId) === trancheId,
    )
    .slice(0, query.limit ?? events.length);
}

export function spoil(list: unknown): void {
  assert.ok(Array.isArray(list));
  list.length = 0;
}

export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isMonitorError(error), `${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  };
}
