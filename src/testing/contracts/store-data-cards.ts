import assert from 'node:assert/strict';
import { CLOSED_TRANCHES_KEPT } from '../../limits.js';
import {
  batchOf,
  sampleEvent,
  sampleLedger,
  sampleOrder,
  sampleProgress,
  sampleRegistration,
  sampleTranche,
} from './sample-rows.js';
import {
  assertHolds,
  commitMany,
  eventsOf,
  FULL,
  hasCode,
  IDENTITY,
  MANY,
  numbered,
  opened,
  spoil,
} from './store-card-tools.js';
import type { StoreCard } from './store-harness.js';

/** What goes in comes out: batches, rows, values. */
export const STORE_DATA_CARDS: readonly StoreCard[] = [
  {
    id: 'ST-01',
    duty: 'what was committed is there after close and open',
    async run(world) {
      const first = await opened(world);
      assert.equal(first.stamp.created, true);
      assert.equal(first.stamp.incarnation, 'a1');
      await first.store.commit(FULL).durable;
      await first.store.close();
      const second = await opened(world, { ...IDENTITY, newIncarnation: 'b2' });
      assert.equal(second.stamp.created, false);
      assert.equal(second.stamp.incarnation, 'a1');
      await assertHolds(second.store, FULL);
      await second.store.close();
    },
  },
  {
    id: 'ST-03',
    duty: 'a batch is all or nothing, and takes no other with it',
    async run(world) {
      const { store } = await opened(world);
      const before = store.commit(numbered(1));
      const broken = store.commit({
        ...numbered(2),
        // The last part of the batch, so that everything before it has been looked at.
        events: [sampleEvent(2, { payload: { never: 1n } as never })],
      });
      const after = store.commit(numbered(3));
      await assert.rejects(broken.durable, hasCode('STORE_WRITE_FAILED'));
      await assert.rejects(broken.recorded, hasCode('STORE_WRITE_FAILED'));
      await Promise.all([before.durable, after.durable]);
      const { orders } = await store.load();
      assert.deepEqual(
        orders.map(({ clientOrderId }) => clientOrderId),
        ['order-1', 'order-3'],
      );
      assert.deepEqual(
        (await eventsOf(store)).map(({ seq }) => seq),
        [1, 3],
      );
      // Nobody looks at this one: it must not end the process as an unhandled rejection.
      store.commit(batchOf({ events: [sampleEvent(4, { payload: { never: 1n } as never })] }));
      await store.close();
    },
  },
  {
    id: 'ST-05',
    duty: 'load returns exactly what was committed last',
    async run(world) {
      const { store } = await opened(world);
      store.commit(FULL);
      const [order, tranche] = [sampleOrder('order-1'), sampleTranche(0)];
      const last = batchOf({
        tranches: [
          { ...tranche, state: 'CLOSING', updatedAt: 1 },
          {
            ...tranche,
            state: 'CLOSING',
            progress: sampleProgress({ peak: '100700', ratchet: null }),
            closing: {
              reason: 'stop-loss',
              level: '99000',
              trigger: { source: 'MARK', price: '98999.9', time: 7 },
              since: 8,
            },
          },
        ],
        orders: [
          {
            ...order,
            status: 'filled',
            trades: { 'trade/1': { quantity: '0.2', price: '98999' } },
          },
        ],
        ledgers: [sampleLedger('1000', { trancheIds: ['x', 'y'] })],
        registrations: [
          sampleRegistration('gone-at-once'),
          sampleRegistration('entry-1', { plan: null }),
        ],
        deletedRegistrations: ['entry-2', 'gone-at-once'],
        marks: [{ name: 'watermark', value: '2' }],
      });
      await store.commit(last).recorded;
      const snapshot = await store.load();
      assert.deepEqual(snapshot.tranches, [last.tranches[1], ...FULL.tranches.slice(1)]);
      assert.deepEqual(snapshot.orders, [...last.orders, ...FULL.orders.slice(1)]);
      assert.deepEqual(snapshot.ledgers, last.ledgers);
      assert.deepEqual(snapshot.registrations, [last.registrations[1]]);
      assert.deepEqual(snapshot.marks, last.marks);
      assert.equal(snapshot.lastSeq, 2);
      await store.close();
    },
  },
  {
    id: 'ST-07',
    duty: "100,000 records are written and read within the runner's time limit",
    async run(world) {
      const { store } = await opened(world);
      await commitMany(store);
      await store.close();
      const again = await opened(world);
      const { tranches, orders, lastSeq } = await again.store.load();
      assert.equal(tranches.length, MANY.tranches);
      assert.equal(orders.length, MANY.orders);
      assert.equal(lastSeq, MANY.events);
      await again.store.close();
    },
  },
  {
    id: 'ST-10',
    duty: 'commits settle in order, durable never before recorded',
    async run(world) {
      const { store } = await opened(world);
      const settled: string[] = [];
      const tickets = Array.from({ length: 300 }, (_, index) => {
        const ticket = store.commit(numbered(index + 1));
        void ticket.recorded.then(() => settled.push(`recorded ${index}`));
        void ticket.durable.then(() => settled.push(`durable ${index}`));
        return ticket;
      });
      await Promise.all(tickets.flatMap(({ recorded, durable }) => [recorded, durable]));
      for (const kind of ['recorded', 'durable']) {
        const order = settled.filter((entry) => entry.startsWith(kind));
        assert.deepEqual(
          order,
          tickets.map((_, index) => `${kind} ${index}`),
        );
      }
      for (const index of tickets.keys()) {
        assert.ok(settled.indexOf(`recorded ${index}`) < settled.indexOf(`durable ${index}`));
      }
      await store.close();
    },
  },
  {
    id: 'ST-13',
    duty: 'decimals survive to the last digit',
    async run(world) {
      const { store } = await opened(world);
      const exact = {
        openedQty: '123456789012345678901234567890.12345678901234567891',
        exitedQty: '0.00000000000000000001',
        entryPrice: '0.1000',
        proceeds: '-7.50',
        stopLoss: '99999999999999999999',
        guard: '99999999999999999998.99999999999999999999',
        takenBySlot: ['0.30000000000000004', '9007199254740993'],
        progress: sampleProgress({
          peak: '100000.10',
          averageRange: '0.30000000000000004',
          ratchet: { level: '9007199254740993', rule: 'breakeven' },
          fundingPaid: '-0.00000000000000000001',
        }),
      };
      const tranche = sampleTranche(0, exact);
      await store.commit(batchOf({ tranches: [tranche] })).recorded;
      await store.close();
      const again = await opened(world);
      assert.deepEqual((await again.store.load()).tranches, [tranche]);
      await again.store.close();
    },
  },
  {
    id: 'ST-14',
    duty: 'neither the batch nor the answer shares objects with the store',
    async run(world) {
      const { store } = await opened(world);
      const event = sampleEvent(1, { payload: { list: [1] } });
      const tranche = sampleTranche(0);
      const ticket = store.commit(batchOf({ tranches: [tranche], events: [event] }));
      spoil(tranche.takeProfits);
      Object.assign(tranche.progress, { peak: '1' });
      spoil(event.payload.list);
      await ticket.recorded;
      for (let round = 0; round < 2; round++) {
        const { tranches } = await store.load();
        assert.deepEqual(tranches, [sampleTranche(0)]);
        spoil(tranches[0]?.takeProfits);
        const [stored] = await eventsOf(store);
        assert.deepEqual(stored?.payload, { list: [1] });
        spoil(stored?.payload.list);
      }
      await store.close();
    },
  },
  {
    id: 'ST-17',
    duty: 'closed tranches are kept up to a bound, living orders always',
    async run(world) {
      const { store } = await opened(world);
      const count = CLOSED_TRANCHES_KEPT + 10;
      const tranches = Array.from({ length: count }, (_, at) =>
        sampleTranche(at, { state: 'CLOSED' }),
      );
      const orders = tranches.map(({ id }, at) =>
        // The stop of tranche 3 may still be at the exchange.
        sampleOrder(`order-${at}`, { trancheId: id, status: at === 3 ? 'unresolved' : 'canceled' }),
      );
      store.commit(batchOf({ tranches, orders }));
      store.commit(batchOf({ tranches: [sampleTranche(count)] }));
      const snapshot = await store.load();
      const numbers = new Set(snapshot.tranches.map(({ number }) => number));
      assert.ok(numbers.has(count) && numbers.has(count - 1) && numbers.has(11) && numbers.has(3));
      assert.ok(!numbers.has(2));
      assert.ok(snapshot.tranches.length <= CLOSED_TRANCHES_KEPT + 2);
      const withTranche = snapshot.orders.filter(({ trancheId }) =>
        snapshot.tranches.some(({ id }) => id === trancheId),
      );
      assert.equal(withTranche.length, snapshot.orders.length);
      assert.equal(snapshot.orders.length, snapshot.tranches.length - 1);
      await store.close();
    },
  },
  {
    id: 'ST-18',
    duty: 'ids are data, whatever they look like',
    async run(world) {
      const { store } = await opened(world);
      const ids = [
        '__proto__',
        'constructor',
        `x'); DROP TABLE orders;--`,
        '"',
        '',
        '€ 🚀',
        'a\nb',
      ];
      const trades = Object.fromEntries(ids.map((id) => [id, { quantity: '1', price: '2' }]));
      const orders = ids.map((id) => sampleOrder(id, { trades, rejection: id }));
      const marks = [...ids].sort().map((name) => ({ name, value: name }));
      await store.commit(batchOf({ orders, marks })).recorded;
      const snapshot = await store.load();
      assert.deepEqual(snapshot.orders, orders);
      assert.deepEqual(
        new Map(snapshot.marks.map(({ name, value }) => [name, value])),
        new Map(marks.map(({ name, value }) => [name, value])),
      );
      await store.close();
    },
  },
  {
    id: 'ST-19',
    duty: 'an event that is committed again takes no second place',
    async run(world) {
      const { store } = await opened(world);
      // After a failed acknowledgement the monitor commits what it does not know to be there.
      store.commit(batchOf({ events: [sampleEvent(1), sampleEvent(2)] }));
      await store.commit(batchOf({ events: [sampleEvent(1), sampleEvent(2), sampleEvent(3)] }))
        .recorded;
      assert.deepEqual(
        (await eventsOf(store)).map(({ seq }) => seq),
        [1, 2, 3],
      );
      await store.close();
    },
  },
];
