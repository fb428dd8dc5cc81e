import { expect, it } from 'vitest';
import type { StoreBatch } from '../../../src/ports/store.js';
import {
  batchOf,
  SAMPLE_TIME,
  sampleOrder,
  sampleTranche,
} from '../../../src/testing/contracts/sample-rows.js';
import { describeDrivers } from './describe-drivers.js';
import type { SqliteHarness } from './sqlite-harness.js';

await describeDrivers("The owner's tables in a SqliteStore", ({ driver, harness }) => {
  async function rowsOf(place: SqliteHarness, view: string, batch: StoreBatch): Promise<unknown[]> {
    const store = await place.opened();
    await store.commit(batch).durable;
    await store.close();
    const database = driver.open(place.path, { readOnly: true });
    const rows = database.prepare(`SELECT * FROM ${view}`).all();
    database.close();
    return rows.map((row) => ({ ...(row as object) }));
  }

  it('position_tp_sl has one row per tranche', async () => {
    const tranches = [
      sampleTranche(0),
      sampleTranche(1, { state: 'CLOSING', stopLoss: null, takeProfits: [] }),
      sampleTranche(2, { state: 'CLOSED', exitedQty: '0.3', updatedAt: SAMPLE_TIME + 61_000 }),
    ];
    const [first, , third] = tranches;
    const orders = [
      sampleOrder('sl-0'),
      // A newer stop rests beside the old one while it is moved; another was refused.
      sampleOrder('sl-1', {
        generation: 1,
        createdAt: SAMPLE_TIME + 5,
        // Its level counts, not the limit that the level triggers.
        kind: 'stop-limit',
        triggerPrice: '99100.5',
        price: '99000.5',
      }),
      sampleOrder('sl-2', { generation: 2, createdAt: SAMPLE_TIME + 9, status: 'rejected' }),
      sampleOrder('tp-0', takeProfit({ slot: 0, price: '100500.1' })),
      sampleOrder('tp-1', takeProfit({ slot: 1, price: '100900.1' })),
      sampleOrder('other', { trancheId: third?.id ?? '', status: 'filled' }),
    ];
    const rows = await rowsOf(harness(), 'position_tp_sl', batchOf({ tranches, orders }));
    const common = {
      position_id: first?.positionId,
      symbol: 'BTCUSDT',
      side: 'LONG',
      entry_price: 100000.1,
      created_at: '2025-01-01 00:00:00',
    };
    expect(rows).toEqual([
      {
        ...common,
        id: 1,
        quantity: 0.2,
        tp_order_id: 'venue-tp-0',
        tp_price: 100500.1,
        sl_order_id: 'venue-sl-1',
        sl_price: 99100.5,
        status: 'ACTIVE',
        updated_at: '2025-01-01 00:00:00',
      },
      {
        ...common,
        id: 2,
        quantity: 0.2,
        tp_order_id: null,
        tp_price: null,
        sl_order_id: null,
        sl_price: null,
        status: 'CLOSING',
        updated_at: '2025-01-01 00:00:00',
      },
      {
        ...common,
        id: 3,
        quantity: 0.3,
        tp_order_id: null,
        tp_price: 100500.1,
        sl_order_id: null,
        sl_price: 99000,
        status: 'CLOSED',
        updated_at: '2025-01-01 00:01:01',
      },
    ]);
    expect(Object.keys(rows[0] as object)).toEqual(
      'id position_id symbol side quantity entry_price tp_order_id tp_price sl_order_id sl_price status created_at updated_at'.split(
        ' ',
      ),
    );
  });

  it('order_relationships has one row per source order', async () => {
    const source = { orderId: '77', quantity: '0.1', cost: '10000', fees: '0' };
    const tranches = [
      sampleTranche(0, { sources: [...sampleTranche(0).sources, source] }),
      // The same order fed a tranche that is closed by now: the living one counts.
      sampleTranche(1, { state: 'CLOSED', sources: [source] }),
      sampleTranche(2, { symbol: 'ETHUSDT', sources: [source] }),
    ];
    const orders = [sampleOrder('sl-0'), sampleOrder('tp-0', takeProfit({}))];
    const rows = await rowsOf(
      harness(),
      'order_relationships ORDER BY symbol, main_order_id',
      batchOf({ tranches, orders }),
    );
    const related = {
      tp_order_id: 'venue-tp-0',
      sl_order_id: 'venue-sl-0',
      symbol: 'BTCUSDT',
      created_at: '2025-01-01 00:00:00',
    };
    expect(rows).toEqual([
      { ...related, main_order_id: '1000' },
      { ...related, main_order_id: '77' },
      { ...related, main_order_id: '77', symbol: 'ETHUSDT', tp_order_id: null, sl_order_id: null },
    ]);
    expect(Object.keys(rows[0] as object)).toEqual(
      'main_order_id tp_order_id sl_order_id symbol created_at'.split(' '),
    );
  });
});

function takeProfit(changes: Parameters<typeof sampleOrder>[1]): Parameters<typeof sampleOrder>[1] {
  return {
    role: 'take-profit',
    kind: 'limit',
    triggerPrice: null,
    triggerSource: null,
    ...changes,
  };
}
