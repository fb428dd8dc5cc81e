import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { decodeSnapshot } from '../../../src/journal/decode-snapshot.js';
import { encodeBatch } from '../../../src/journal/encode-batch.js';
import type { ExitLevels, ExitPlan, StopRule } from '../../../src/model/exit-plan.js';
import type { ExitProgress } from '../../../src/model/exit-progress.js';
import type { WorkingOrder } from '../../../src/model/order.js';
import type { Tranche } from '../../../src/model/tranche.js';
import type { StoreBatch, StoreSnapshot } from '../../../src/ports/store.js';
import { throughSqlite } from '../../simulation/sqlite-codec.js';
import { orderOf, trancheOf } from '../../support/core-values.js';
import {
  exitLevelsOfAnyKind,
  exitPlans,
  exitProgresses,
  stopRules,
} from '../../support/exit-arbitraries.js';
import { describeDrivers } from './describe-drivers.js';
import { IDENTITY } from './sqlite-harness.js';

interface Lived {
  readonly plan: ExitPlan;
  readonly levels: ExitLevels;
  readonly progress: ExitProgress;
  readonly rule: StopRule | null;
}

const lives: fc.Arbitrary<Lived> = fc.record({
  plan: exitPlans,
  levels: exitLevelsOfAnyKind,
  progress: exitProgresses,
  rule: fc.option(stopRules, { nil: null }),
});

/** One tranche with its order per life, in the journal's hands. */
function recorded(list: readonly Lived[]) {
  const tranches: Tranche[] = [];
  const orders: WorkingOrder[] = [];
  for (const [at, { rule, ...values }] of list.entries()) {
    const tranche = Object.assign(trancheOf('0.1', '45000'), values);
    tranches.push(tranche);
    orders.push(orderOf({ id: `c${at}`, rule, trancheId: tranche.id }));
  }
  const registrations = list.map(({ plan }, at) => ({
    key: `entry-${at}`,
    clientOrderId: `entry-${at}`,
    orderId: null,
    symbol: 'BTCUSDT',
    side: 'BUY' as const,
    positionSide: 'LONG' as const,
    plan,
    tranche: 'auto',
    createdAt: 1,
  }));
  const batch = encodeBatch({
    tranches,
    orders,
    ledgers: [],
    registrations,
    deletedRegistrations: [],
    marks: new Map(),
    events: [],
  });
  return { tranches, orders, registrations, batch };
}

/** What is read is what was written: exits to the last digit, plans to the letter. */
function expectSurvival(list: readonly Lived[], read: (batch: StoreBatch) => StoreSnapshot): void {
  const { tranches, orders, registrations, batch } = recorded(list);
  const decoded = decodeSnapshot(read(batch));
  expect(decoded.tranches).toEqual(tranches);
  expect(decoded.orders.map(({ rule }) => rule)).toEqual(orders.map(({ rule }) => rule));
  expect(decoded.registrations).toEqual(registrations);
  expect(decoded.tranches.map(({ plan }) => JSON.stringify(plan))).toEqual(
    tranches.map(({ plan }) => JSON.stringify(plan)),
  );
}

await describeDrivers('Every exit that can be asked for', ({ driver }) => {
  it('survives the store', () => {
    fc.assert(
      fc.property(fc.array(lives, { minLength: 1, maxLength: 10 }), (list) =>
        expectSurvival(list, (batch) => throughSqlite([batch], driver)),
      ),
    );
  });
});

it('every exit that can be asked for survives a MemoryStore', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lives, { minLength: 1, maxLength: 10 }), async (list) => {
      const store = new MemoryStore();
      await store.open(IDENTITY);
      const { batch } = recorded(list);
      await store.commit(batch).recorded;
      const snapshot = await store.load();
      expect(snapshot.tranches).toEqual(batch.tranches);
      expect(snapshot.orders).toEqual(batch.orders);
      expect(snapshot.tranches[0]?.progress).not.toBe(batch.tranches[0]?.progress);
    }),
    { numRuns: 30 },
  );
});
