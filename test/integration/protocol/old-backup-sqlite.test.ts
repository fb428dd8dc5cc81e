import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDriver } from '../../../src/adapters/stores/sqlite/find-driver.js';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import type { PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import type { Store } from '../../../src/ports/store.js';
import { generationOf, ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];

/**
 * An operator brings an old copy of the store back: what came after it is at the exchange and in no record. The files are
 * real; the copy is made as the documentation of the store says.
 */
describe('an old copy of a store', () => {
  let directory = '';
  let store: Store | null = null;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pm-backup-'));
  });

  afterEach(async () => {
    await store?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const path = (): string => join(directory, 'monitor.db');
  const copyPath = (): string => join(directory, 'backup.db');

  async function started(): Promise<ProtocolBench> {
    const bench = new ProtocolBench({
      realStore: true,
      store: () => {
        store = new SqliteStore({ path: path() });
        return store;
      },
    });
    await bench.start();
    bench.tick(45_000);
    return bench;
  }

  async function fill(bench: ProtocolBench, quantity = '0.1'): Promise<void> {
    await bench.until(bench.monitor.handleOrderFill(await bench.trade(quantity)));
    await bench.run(200);
  }

  async function backUp(): Promise<void> {
    rmSync(copyPath(), { force: true });
    const database = (await findDriver()).open(path(), { readOnly: false });
    database.exec(`VACUUM INTO '${copyPath()}'`);
    database.close();
  }

  /** The process dies, the copy takes the place of the store, a new process starts. */
  async function restore(
    bench: ProtocolBench,
    meanwhile: () => Promise<unknown> = async () => {},
  ): Promise<void> {
    bench.crash();
    await store?.close();
    await bench.run(1_000);
    await meanwhile();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path()}${suffix}`, { force: true });
    copyFileSync(copyPath(), path());
    await bench.boot();
    bench.tick(45_000);
    await bench.run(20_000);
  }

  /** The same id never asks for something else, and never comes again once its order has ended. */
  function expectIdsSound(bench: ProtocolBench): void {
    const byId = new Map<string, PlaceOrderRequest[]>();
    for (const request of bench.placed()) {
      const { clientOrderId } = request;
      byId.set(clientOrderId, [...(byId.get(clientOrderId) ?? []), request]);
    }
    for (const [id, requests] of byId) {
      const terms = requests.map(({ expiresAt: _, ...rest }) => JSON.stringify(rest));
      expect(new Set(terms).size, `${id}: ${terms.join(' and ')}`).toBe(1);
      expect(requests, `${id} was sent again`).toHaveLength(1);
    }
  }

  it('from before a tranche existed finds its fill and its orders, and doubles nothing', async () => {
    const bench = await started();
    await backUp();
    await fill(bench);
    const { id } = bench.tranche();
    await restore(bench);
    expect(bench.tranche()).toMatchObject({ id, quantity: '0.1', coverage: 'resting' });
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(bench.placed('stop-loss')).toHaveLength(1);
    expectIdsSound(bench);
    const report = await bench.until(bench.monitor.verifyProtection());
    expect(report.protectedIfCrashed).toBe(true);
  });

  it('from before its stop was moved adopts the newest one and goes on counting from there', async () => {
    const bench = await started();
    await fill(bench);
    await backUp();
    const { id } = bench.tranche();
    for (const slPrice of [44_700, 44_750]) {
      await bench.until(bench.monitor.updateTpSl(id, { slPrice }));
      await bench.run(1_000);
    }
    await restore(bench);
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('resting');
    const generations = bench
      .placed('stop-loss')
      .map((request) => generationOf(request.clientOrderId));
    expect(generations).toEqual([0, 1, 2, 3]);
    expectIdsSound(bench);
  });

  it('from before its stop was moved and then cancelled by hand gets one stop again', async () => {
    const bench = await started();
    await fill(bench);
    await backUp();
    const { id } = bench.tranche();
    for (const slPrice of [44_700, 44_750]) {
      await bench.until(bench.monitor.updateTpSl(id, { slPrice }));
      await bench.run(1_000);
    }
    await restore(bench, async () => {
      const [stop] = await bench.openOrders('stop-loss');
      const { clientOrderId = '' } = stop ?? {};
      await bench.paper.cancelOrder({ symbol: SYMBOL, clientOrderId, kind: 'stop-market' });
    });
    expect(await bench.openOrders('stop-loss')).toHaveLength(1);
    expect(bench.tranche().coverage).toBe('resting');
    expect(await bench.openOrders('take-profit')).toHaveLength(1);
    expect(await bench.held()).toBe('LONG 0.1');
  });

  it('from before a join finds the second fill and covers all of it once', async () => {
    const bench = await started();
    await fill(bench);
    await backUp();
    await fill(bench, '0.05');
    const before = await bench.resting();
    await restore(bench);
    expect(bench.tranche()).toMatchObject({ quantity: '0.15', coverage: 'resting' });
    expect(await bench.resting()).toEqual(before);
    expectIdsSound(bench);
  });

  it.each([
    [
      'a close of ours',
      async (bench: ProtocolBench) => bench.until(bench.monitor.closePosition(SYMBOL)),
    ],
    ['its stop', async (bench: ProtocolBench) => bench.tick(44_500)],
    ['its take-profit', async (bench: ProtocolBench) => bench.tick(45_950)],
    [
      'a hand',
      async (bench: ProtocolBench) => bench.trade('0.1', { side: 'SELL', reduceOnly: true }),
    ],
  ])(
    'from before a tranche was closed by %s books the close and sends none',
    async (_by, close) => {
      const bench = await started();
      await fill(bench);
      await backUp();
      await close(bench);
      await bench.run(5_000);
      expect(await bench.held()).toBe('');
      const closes = bench.placed('close').length;
      bench.events.length = 0;
      await restore(bench);
      expect(bench.tranches()).toEqual([]);
      expect(bench.named('tranche:closed')).toHaveLength(1);
      expect(bench.placed('close')).toHaveLength(closes);
      expect(await bench.resting()).toEqual([]);
      expect(await bench.held()).toBe('');
      /** A later fill is a tranche of its own. */
      bench.tick(45_000);
      await fill(bench);
      expect(await bench.resting()).toEqual(PROTECTED);
      expectIdsSound(bench);
    },
  );

  it('from before one tranche was closed and another opened covers the one that is held', async () => {
    const bench = await started();
    await fill(bench);
    await backUp();
    await bench.until(bench.monitor.closePosition(SYMBOL));
    await bench.run(1_000);
    await fill(bench, '0.2');
    const { id } = bench.tranche();
    await restore(bench);
    expect(bench.tranche()).toMatchObject({ id, quantity: '0.2', coverage: 'resting' });
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.2 @ 44550',
      'take-profit SELL 0.2 @ 45900',
    ]);
    expect(await bench.held()).toBe('LONG 0.2');
    expectIdsSound(bench);
  });
});
