import assert from 'node:assert/strict';
import type { StoreIdentity } from '../../ports/store.js';
import { hookOf } from './contract-runner.js';
import { batchOf, sampleEvent, sampleOrder } from './sample-rows.js';
import { assertClosed, eventsOf, hasCode, IDENTITY, numbered, opened } from './store-card-tools.js';
import type { StoreCard } from './store-harness.js';

/** Opening, closing, dying, and refusing what does not fit. */
export const STORE_LIFE_CARDS: readonly StoreCard[] = [
  {
    id: 'ST-02',
    duty: 'what was recorded outlives the process',
    unless: (world) =>
      world.store().durability === 'none'
        ? 'nothing of it survives the process, and it says so (durability)'
        : null,
    async run(world) {
      const batches = Array.from({ length: 20 }, (_, index) => numbered(index + 1));
      const recorded = await hookOf(world.commitAndDie?.bind(world), 'commitAndDie')(
        IDENTITY,
        batches,
      );
      assert.ok(recorded > 0);
      const { store } = await opened(world);
      const { orders, marks, lastSeq } = await store.load();
      assert.ok(lastSeq >= recorded);
      // All or nothing: as many orders as events, and the mark of the last of them.
      assert.equal(orders.length, lastSeq);
      assert.deepEqual(marks, [{ name: 'last', value: `${lastSeq}` }]);
      assert.equal((await eventsOf(store)).length, lastSeq);
      await store.close();
    },
  },
  {
    id: 'ST-04',
    duty: 'a second writer is refused, and the first goes on',
    async run(world) {
      const { store } = await opened(world);
      await assert.rejects(world.store().open(IDENTITY), hasCode('STORE_LOCKED'));
      await assert.rejects(store.open(IDENTITY), hasCode('STORE_LOCKED'));
      await store.commit(numbered(1)).durable;
      await store.close();
      const again = await opened(world);
      assert.equal((await again.store.load()).lastSeq, 1);
      await again.store.close();
    },
  },
  {
    id: 'ST-06',
    duty: 'a damaged record is located, not skipped',
    async run(world) {
      const { store } = await opened(world);
      await store.commit(batchOf({ orders: [sampleOrder('order-1'), sampleOrder('order-2')] }))
        .durable;
      await store.close();
      await hookOf(world.damageOrder?.bind(world), 'damageOrder')('order-2');
      const damaged = world.store();
      // Either the open finds it or the load; both name it, neither answers with less.
      await assert.rejects(
        damaged.open(IDENTITY).then(() => damaged.load()),
        (error) => hasCode('STORE_CORRUPT')(error) && /orders.*order-2/.test(`${error}`),
      );
      await damaged.close();
    },
  },
  {
    id: 'ST-08',
    duty: 'a schema that is too new is refused',
    async run(world) {
      const { store } = await opened(world);
      await store.close();
      await hookOf(world.makeNewer?.bind(world), 'makeNewer')();
      await assert.rejects(world.store().open(IDENTITY), hasCode('STORE_SCHEMA_NEWER'));
    },
  },
  {
    id: 'ST-09',
    duty: 'a store of someone else is refused and stays as it is',
    async run(world) {
      const { store } = await opened(world);
      await store.commit(numbered(1)).durable;
      await store.close();
      const others: Partial<StoreIdentity>[] = [
        { exchangeId: 'binance' },
        { accountId: 'account-2' },
        { mode: 'live' },
        { instanceId: 'other' },
      ];
      for (const other of others) {
        const value = Object.values(other)[0] ?? '';
        await assert.rejects(
          world.store().open({ ...IDENTITY, ...other }),
          (error) =>
            // The message says both whom it belongs to and who asked.
            hasCode('STORE_FOREIGN')(error) &&
            `${error}`.includes(value) &&
            `${error}`.includes('paper'),
        );
      }
      const again = await opened(world);
      assert.equal((await again.store.load()).lastSeq, 1);
      await again.store.close();
    },
  },
  {
    id: 'ST-15',
    duty: 'a closed store says so',
    async run(world) {
      const store = world.store();
      await store.close();
      await assertClosed(store);
      await store.open(IDENTITY);
      store.commit(batchOf({ events: [sampleEvent(1), sampleEvent(2)] }));
      const history = store.history({})[Symbol.asyncIterator]();
      await history.next();
      await Promise.all([store.close(), store.close()]);
      await store.close();
      await assertClosed(store);
    },
  },
  {
    id: 'ST-16',
    duty: 'close makes everything durable that was committed before',
    async run(world) {
      const { store } = await opened(world);
      const tickets = [store.commit(numbered(1)), store.commit(numbered(2))];
      await store.close();
      await Promise.all(tickets.flatMap(({ recorded, durable }) => [recorded, durable]));
      const again = await opened(world);
      assert.equal((await again.store.load()).lastSeq, 2);
      await again.store.close();
    },
  },
];
