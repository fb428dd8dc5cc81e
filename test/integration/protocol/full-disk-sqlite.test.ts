import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDriver } from '../../../src/adapters/stores/sqlite/find-driver.js';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import type { Store } from '../../../src/ports/store.js';
import {
  type BenchOptions,
  generationOf,
  ProtocolBench,
  SYMBOL,
} from '../../support/protocol-bench.js';
import { type SmallDisk, smallDisks } from '../stores/small-disks.js';

const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];
const LOCAL: BenchOptions = {
  symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1, stopLossOrder: 'local' } },
};

/** The disk is full, really: SQLite says so. What may leave without a record leaves, and nothing else. */
describe.each(smallDisks())('while the store stands on $name', ({ reason, make }) => {
  if (reason !== null) {
    it.skip(`cannot run here: ${reason}`);
    return;
  }
  let disk: SmallDisk;
  let store: Store | null = null;

  beforeEach(async () => {
    disk = make(await findDriver());
  });

  afterEach(async () => {
    await store?.close().catch(() => {});
    disk.remove();
  });

  async function started(options: BenchOptions = {}): Promise<ProtocolBench> {
    const bench = new ProtocolBench({
      ...options,
      realStore: true,
      store: () => {
        store = new SqliteStore({ path: disk.path, driver: disk.driver });
        return store;
      },
    });
    await bench.start();
    bench.tick(45_000);
    return bench;
  }

  async function holding(options: BenchOptions = {}): Promise<ProtocolBench> {
    const bench = await started(options);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(200);
    return bench;
  }

  /** Something is held already, so that no table has room for a first row. */
  async function holdingShort(): Promise<ProtocolBench> {
    const bench = await started();
    const entry = await bench.trade('0.1', { side: 'SELL', positionSide: 'SHORT' });
    await bench.until(bench.monitor.handleOrderFill(entry));
    await bench.run(200);
    return bench;
  }

  async function longOrders(bench: ProtocolBench): Promise<string[]> {
    return (await bench.resting()).filter((order) => order.includes(' SELL '));
  }

  function longPlaced(bench: ProtocolBench) {
    return bench.placed().filter(({ positionSide }) => positionSide === 'LONG');
  }

  async function nextLife(bench: ProtocolBench): Promise<void> {
    bench.crash();
    await store?.close().catch(() => {});
    await bench.run(500);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
  }

  /** Pages that are begun still take rows: events that ask for no request are written until none fits any more. */
  async function useUpWhatIsLeft(bench: ProtocolBench): Promise<void> {
    for (let times = 0; times < 200 && bench.monitor.getHealth().storeWritable; times += 1) {
      bench.feed.disconnect();
      bench.feed.reconnect();
      await bench.run(1);
    }
    bench.tick(45_000);
    await bench.run(10);
  }

  const writes = (bench: ProtocolBench): number =>
    bench.exchange.requests.filter(({ place, cancel }) => place || cancel).length;

  it('a fill gets its stop without a record, and everything else when there is room', async () => {
    const bench = await holdingShort();
    disk.fill();
    expect(await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')))).toBe(false);
    await bench.run(5_000);
    expect(bench.named('store:failed')).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('SQLITE_FULL') }),
    ]);
    expect(await longOrders(bench)).toEqual(['stop-loss SELL 0.1 @ 44550']);
    expect(longPlaced(bench).map(({ clientOrderId }) => generationOf(clientOrderId))).toEqual([0]);
    expect(bench.canceled()).toEqual([]);
    expect(bench.monitor.getHealth()).toMatchObject({ storeWritable: false, unprotected: 0 });
    disk.free();
    await bench.run(3_000);
    expect(bench.named('store:recovered')).toHaveLength(1);
    expect(await longOrders(bench)).toEqual(PROTECTED);
    expect(longPlaced(bench)).toHaveLength(2);
    await nextLife(bench);
    expect(bench.tranche('LONG')).toMatchObject({ quantity: '0.1', coverage: 'resting' });
    expect(await longOrders(bench)).toEqual(PROTECTED);
    expect(longPlaced(bench)).toHaveLength(2);
  });

  it('a stop that has no record is adopted when the process dies before there is room', async () => {
    const bench = await holdingShort();
    disk.fill();
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(2_000);
    bench.crash();
    await store?.close().catch(() => {});
    await bench.run(500);
    disk.free();
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
    expect(await longOrders(bench)).toEqual(PROTECTED);
    expect(longPlaced(bench)).toHaveLength(2);
    expect(bench.tranche('LONG')).toMatchObject({ quantity: '0.1', coverage: 'resting' });
  });

  it('neither take-profit, nor replacement, nor cancellation, nor close leaves', async () => {
    const bench = await holding();
    const before = writes(bench);
    disk.fill();
    await useUpWhatIsLeft(bench);
    void bench.monitor.updateTpSl(bench.tranche().id, { slPrice: 44_700, tpPrice: 46_000 });
    void bench.monitor.closePosition(SYMBOL);
    await bench.run(10_000);
    expect(bench.monitor.getHealth().storeWritable).toBe(false);
    expect(writes(bench)).toBe(before);
    expect(await bench.resting()).toEqual(PROTECTED);
    disk.free();
    await bench.run(5_000);
    expect(await bench.held()).toBe('');
    expect(await bench.resting()).toEqual([]);
  });

  it('a stop that rests and is hit is left to the exchange, and booked when there is room', async () => {
    const bench = await holding();
    disk.fill();
    bench.tick(44_500);
    await bench.run(5_000);
    expect(bench.placed('close')).toEqual([]);
    expect(await bench.held()).toBe('');
    disk.free();
    await bench.run(5_000);
    expect(bench.named('tranche:closed')).toEqual([
      expect.objectContaining({ reason: 'stop-loss', quantity: '0.1' }),
    ]);
    expect(await bench.resting()).toEqual([]);
    await nextLife(bench);
    expect(bench.tranches()).toEqual([]);
    expect(bench.placed('close')).toEqual([]);
  });

  it('a tranche that only we guard is closed once, with all it holds and its own id', async () => {
    const bench = await holding(LOCAL);
    disk.fill();
    bench.exchange.onPlace({ do: 'unknown', executed: false });
    bench.tick(44_500);
    for (let count = 0; count < 10; count += 1) {
      bench.tick(44_400 - count);
      await bench.run(500);
    }
    expect(bench.placed('close')).toEqual([
      expect.objectContaining({ quantity: '0.1', reduceOnly: true }),
    ]);
    expect(generationOf(bench.placed('close')[0]?.clientOrderId ?? '')).toBe(0);
    disk.free();
    await bench.run(20_000);
    expect(await bench.held()).toBe('');
    expect(bench.named('tranche:closed')).toHaveLength(1);
    const ids = bench.placed('close').map(({ clientOrderId }) => clientOrderId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('what came meanwhile is in the store when there is room, in order and once', async () => {
    const bench = await holding();
    disk.fill();
    for (const quantity of ['0.02', '0.03']) {
      await bench.until(bench.monitor.handleOrderFill(await bench.trade(quantity)));
    }
    disk.free();
    await bench.run(5_000);
    const told = bench.events.map(({ payload }) => payload.seq);
    await bench.until(bench.monitor.stop());
    await nextLife(bench);
    expect(bench.tranche()).toMatchObject({ quantity: '0.15', coverage: 'resting' });
    const kept: number[] = [];
    for await (const { seq } of bench.monitor.history()) kept.push(seq);
    expect(kept.slice(0, told.length)).toEqual([...told].sort((a, b) => a - b));
    expect(new Set(kept).size).toBe(kept.length);
  });
});

describe('a start on a full file system', () => {
  const [, kind] = smallDisks();
  if (!kind || kind.reason !== null) {
    it.skip(`cannot run here: ${kind?.reason}`);
    return;
  }

  it('is refused, sends nothing, and works when there is room', async () => {
    const disk = kind.make(await findDriver());
    let store: SqliteStore | null = null;
    const bench = new ProtocolBench({
      realStore: true,
      store: () => {
        store = new SqliteStore({ path: disk.path, driver: disk.driver });
        return store;
      },
    });
    try {
      disk.fill();
      await expect(bench.until(bench.monitor.start())).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
      });
      disk.free();
      await bench.boot();
      bench.tick(45_000);
      await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
      await bench.run(200);
      expect(await bench.resting()).toEqual(PROTECTED);
    } finally {
      await (store as SqliteStore | null)?.close();
      disk.remove();
    }
  });
});
