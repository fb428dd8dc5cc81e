import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { migrateStore } from '../../../src/adapters/stores/sqlite/create-store.js';
import type { SqliteDatabase } from '../../../src/adapters/stores/sqlite/driver.js';
import { MIGRATIONS, SCHEMA_VERSION } from '../../../src/adapters/stores/sqlite/schema.js';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import { encodeBatch } from '../../../src/journal/encode-batch.js';
import { type ExitPlan, NO_EXITS } from '../../../src/model/exit-plan.js';
import { NO_PROGRESS } from '../../../src/model/exit-progress.js';
import { PRICE_SOURCES } from '../../../src/model/price.js';
import { batchOf } from '../../../src/testing/contracts/sample-rows.js';
import { trancheOf } from '../../support/core-values.js';
import { levelRules, takeProfitRules } from '../../support/exit-arbitraries.js';
import { describeDrivers } from './describe-drivers.js';
import { FaultyDriver } from './drivers.js';
import { IDENTITY, type SqliteHarness } from './sqlite-harness.js';
import {
  createVersion1,
  type Version1Plan,
  type Version1Rows,
  version1Order,
  version1PlanText,
  version1Registration,
  version1Tranche,
  writeVersion1,
} from './version-1-store.js';

const NOTHING: Version1Plan = {
  takeProfits: [],
  stopLoss: null,
  workingType: 'LAST',
  priceProtect: false,
  takeProfitOrder: 'limit',
  stopLossOrder: 'market-on-trigger',
};
const BOTH: Version1Plan = {
  ...NOTHING,
  takeProfits: [{ level: { kind: 'percent', percent: '0.5' }, portion: '1' }],
  stopLoss: { kind: 'price', price: '99000' },
  workingType: 'MARK',
  priceProtect: true,
};
const ONLY_STOP: Version1Plan = { ...NOTHING, stopLoss: { kind: 'percent', percent: '50' } };
const ONLY_PROFIT: Version1Plan = { ...BOTH, stopLoss: null, takeProfitOrder: 'local' };

/** The plan of today with the same wishes, its members in today's order. */
function planNow(plan: Version1Plan): ExitPlan {
  const asks = plan.takeProfits.length > 0 || plan.stopLoss !== null;
  return { ...NO_EXITS, ...plan, liquidationBufferPct: asks ? '0.5' : null };
}

const LIVED: Version1Rows = {
  tranches: [
    version1Tranche(0, { plan: version1PlanText(BOTH) }),
    version1Tranche(1, { plan: version1PlanText(ONLY_STOP), take_profits: '[]' }),
    version1Tranche(2, { plan: version1PlanText(ONLY_PROFIT), stop_loss: null, state: 'CLOSING' }),
    version1Tranche(3, { plan: version1PlanText(NOTHING), stop_loss: null, state: 'CLOSED' }),
  ],
  orders: [
    version1Order('stop'),
    version1Order('profit', { role: 'take-profit', kind: 'limit', price: '100500.1' }),
    version1Order('close', { role: 'close', kind: 'market', status: 'filled' }),
  ],
  registrations: [
    version1Registration('entry-1', version1PlanText(ONLY_PROFIT)),
    version1Registration('entry-2', 'null'),
    version1Registration('entry-3', version1PlanText(NOTHING)),
  ],
};

describe('A step of the schema that was released', () => {
  it('is never edited: files out there were made by it', () => {
    const digest = createHash('sha256')
      .update(MIGRATIONS[0] ?? '')
      .digest('hex');
    expect(digest).toBe('25bc52608ccddc659056c0f06fe1bb57e2272991d248f541c30dc3949adc338a');
  });
});

await describeDrivers('A store of schema version 1', ({ driver, harness }) => {
  function read(place: SqliteHarness, sql: string): unknown[] {
    const database = driver.open(place.path, { readOnly: true });
    const rows = database.prepare(sql).all();
    database.close();
    return rows.map((row) => ({ ...(row as object) }));
  }

  const versionOf = (place: SqliteHarness): unknown => read(place, 'PRAGMA user_version')[0];

  it('is brought up to date when the monitor opens it', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    const store = await place.opened();
    const { tranches, orders, registrations } = await store.load();
    await store.close();
    expect(versionOf(place)).toEqual({ user_version: SCHEMA_VERSION });
    expect(
      tranches.map(({ plan, stopLoss, guard, stopRule }) => [plan, stopLoss, guard, stopRule]),
    ).toEqual([
      [planNow(BOTH), '99000', '99000', 'stop-loss'],
      [planNow(ONLY_STOP), '99000', '99000', 'stop-loss'],
      [planNow(ONLY_PROFIT), null, null, 'stop-loss'],
      [planNow(NOTHING), null, null, 'stop-loss'],
    ]);
    expect(orders.map(({ clientOrderId, rule }) => [clientOrderId, rule])).toEqual([
      ['stop', 'stop-loss'],
      ['profit', null],
      ['close', null],
    ]);
    expect(registrations.map(({ plan }) => plan)).toEqual([
      planNow(ONLY_PROFIT),
      null,
      planNow(NOTHING),
    ]);
  });

  it('begins the progress of its tranches where every tranche begins', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    await (await place.opened()).close();
    const { tranches } = encodeBatch({
      tranches: [Object.assign(trancheOf('1', '100'), { progress: NO_PROGRESS })],
      orders: [],
      ledgers: [],
      registrations: [],
      deletedRegistrations: [],
      marks: new Map(),
      events: [],
    });
    const rows = read(place, 'SELECT DISTINCT progress FROM tranches');
    expect(rows).toEqual([{ progress: JSON.stringify(tranches[0]?.progress) }]);
  });

  it('keeps every other value, and what its views say', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    const ours = Object.keys(version1Tranche(0)).filter((name) => name !== 'plan');
    const queries = [
      `SELECT ${ours.join()} FROM tranches ORDER BY row`,
      `SELECT ${Object.keys(version1Order('x')).join()} FROM orders ORDER BY row`,
      'SELECT * FROM position_tp_sl ORDER BY id',
      'SELECT * FROM order_relationships ORDER BY main_order_id',
      'SELECT * FROM store',
    ];
    const before = queries.map((sql) => read(place, sql));
    expect(before[2]).toMatchObject([{ sl_price: 99000, tp_price: 100500.1 }, {}, {}, {}]);
    await (await place.opened()).close();
    const after = queries.map((sql) => read(place, sql));
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(after[4]).toMatchObject([{ writer: 1 }]);
  });

  it('is written on, and the next opening changes nothing', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    const store = await place.opened();
    const { tranches } = await store.load();
    const [first] = tranches;
    if (first === undefined) throw new Error('unreachable');
    const changed = { ...first, guard: '99500', stopRule: 'breakeven' } as const;
    await store.commit(batchOf({ tranches: [changed] })).durable;
    await store.close();
    const again = await place.opened();
    expect((await again.load()).tranches).toEqual([changed, ...tranches.slice(1)]);
    await again.close();
  });

  it('is as it was after an attempt that failed at its end, and is brought up to date by the next', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    const faulty = new FaultyDriver(driver);
    faulty.before = (sql) => {
      if (sql === `PRAGMA user_version = ${SCHEMA_VERSION}`) throw new Error('the power is gone');
      return true;
    };
    await expect(place.store(faulty).open(IDENTITY)).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
    expect(versionOf(place)).toEqual({ user_version: 1 });
    expect(read(place, 'SELECT plan FROM tranches ORDER BY row')).toEqual(
      LIVED.tranches?.map(({ plan }) => ({ plan })),
    );
    const store = await place.opened();
    expect((await store.load()).tranches).toHaveLength(4);
    await store.close();
  });

  it('is left alone where it belongs to somebody else', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    await expect(place.store().open({ ...IDENTITY, accountId: 'another' })).rejects.toMatchObject({
      code: 'STORE_FOREIGN',
    });
    expect(versionOf(place)).toEqual({ user_version: 1 });
  });

  it('is refused by those who only read, with what to do', async () => {
    const place = harness();
    writeVersion1(place, LIVED);
    const before = place.contents();
    const opening = openReadOnlySqlite({ path: place.path, driver });
    await expect(opening).rejects.toMatchObject({ code: 'STORE_READ_FAILED' });
    await expect(opening).rejects.toThrow(/schema 1.*Start the monitor/s);
    expect(place.contents()['bot.db'] === before['bot.db']).toBe(true);
    await (await place.opened()).close();
    const reader = await openReadOnlySqlite({ path: place.path, driver });
    expect((await reader.snapshot()).tranches).toHaveLength(4);
    await reader.close();
  });

  it.each([
    ['that is no JSON', '{"takeProfits"', /plan: expected JSON/],
    ['that is none', 'null', /plan: expected an object/],
    [
      'with a rule that the version never wrote',
      version1PlanText(BOTH).replace('"timeLimitMs":null', '"timeLimitMs":60000'),
      /plan\.timeLimit: expected/,
    ],
    ['with half of its members', '{"takeProfits":[],"timeLimitMs":null}', /plan\.stopLoss:/],
  ])('with a plan %s opens, and the load names it', async (_, plan, message) => {
    const place = harness();
    writeVersion1(place, {
      tranches: [
        version1Tranche(0, { plan: version1PlanText(BOTH) }),
        version1Tranche(1, { plan }),
      ],
    });
    const store = await place.opened();
    await expect(store.load()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(store.load()).rejects.toThrow(/tranches.*BTCUSDT:LONG:1:0/);
    await expect(store.load()).rejects.toThrow(message);
    await store.close();
  });

  it('gets for any plan the very text that is written today', () => {
    const plan: fc.Arbitrary<Version1Plan> = fc.record({
      takeProfits: takeProfitRules,
      stopLoss: fc.option(levelRules, { nil: null }),
      workingType: fc.constantFrom(...PRICE_SOURCES),
      priceProtect: fc.boolean(),
      takeProfitOrder: fc.constantFrom('limit', 'market-on-trigger', 'local'),
      stopLossOrder: fc.constantFrom('market-on-trigger', 'local'),
    });
    fc.assert(
      fc.property(fc.array(plan, { minLength: 1, maxLength: 10 }), (plans) => {
        const texts = plans.map(version1PlanText);
        const database = driver.open(':memory:', { readOnly: false });
        createVersion1(database, {
          tranches: texts.map((text, at) => version1Tranche(at, { plan: text })),
          registrations: texts.map((text, at) => version1Registration(`key-${at}`, text)),
        });
        migrateStore(database);
        const expected = plans.map((wish) => JSON.stringify(planNow(wish)));
        expect(plansIn(database, 'tranches')).toEqual(expected);
        expect(plansIn(database, 'registrations')).toEqual(expected);
        database.close();
      }),
      { numRuns: 50 },
    );
  });
});

function plansIn(database: SqliteDatabase, table: string): unknown[] {
  const rows = database.prepare(`SELECT plan FROM ${table} ORDER BY rowid`).all();
  return rows.map((row) => (row as { plan: unknown }).plan);
}
