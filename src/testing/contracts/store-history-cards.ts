import assert from 'node:assert/strict';
import { HISTORY_PAGE } from '../../limits.js';
import type { HistoryQuery } from '../../ports/store.js';
import { batchOf, sampleEvent } from './sample-rows.js';
import { eventsOf, expectedOf, opened } from './store-card-tools.js';
import type { StoreCard } from './store-harness.js';

/** The history of events. */
export const STORE_HISTORY_CARDS: readonly StoreCard[] = [
  {
    id: 'ST-11',
    duty: 'history gives what the query wants, in order, over many pages',
    async run(world) {
      const { store } = await opened(world);
      const count = HISTORY_PAGE * 2 + 50;
      const events = Array.from({ length: count }, (_, index) =>
        sampleEvent(index + 1, {
          name: index % 2 === 0 ? 'tranche:opened' : 'monitor:started',
          symbol: index % 3 === 0 ? 'ETHUSDT' : null,
          trancheId: index % 100 === 0 ? 'rare' : null,
        }),
      );
      store.commit(batchOf({ events }));
      assert.deepEqual(await eventsOf(store), events);
      const queries: HistoryQuery[] = [
        { afterSeq: HISTORY_PAGE },
        { limit: HISTORY_PAGE + 1 },
        { limit: 0 },
        { afterSeq: count },
        { name: 'monitor:started', limit: 3 },
        { symbol: 'ETHUSDT' },
        { trancheId: 'rare', afterSeq: 1 },
        { trancheId: 'rare', name: 'monitor:started', symbol: 'ETHUSDT' },
        { name: 'no:such' },
      ];
      for (const query of queries) {
        assert.deepEqual(
          await eventsOf(store, query),
          expectedOf(events, query),
          JSON.stringify(query),
        );
      }
      await store.close();
    },
  },
  {
    id: 'ST-12',
    duty: 'history is complete and ends while writing goes on',
    async run(world) {
      const { store } = await opened(world);
      const count = HISTORY_PAGE + 10;
      store.commit(
        batchOf({ events: Array.from({ length: count }, (_, at) => sampleEvent(at + 1)) }),
      );
      let next = count;
      const seen: number[] = [];
      for await (const { seq } of store.history({})) {
        seen.push(seq);
        next++;
        store.commit(batchOf({ events: [sampleEvent(next)] }));
      }
      assert.deepEqual(
        seen,
        Array.from({ length: count }, (_, at) => at + 1),
      );
      assert.equal((await eventsOf(store)).length, next);
      await store.close();
    },
  },
];
