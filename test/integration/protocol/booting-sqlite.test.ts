import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import type { Store } from '../../../src/ports/store.js';
import { ProtocolBench, SYMBOL } from '../../support/protocol-bench.js';

const PROTECTED = ['stop-loss SELL 0.1 @ 44550', 'take-profit SELL 0.1 @ 45900'];

describe('restarts on SQLite', () => {
  let directory = '';
  let store: Store | null = null;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pm-protocol-'));
  });

  afterEach(async () => {
    await store?.close();
    await rm(directory, { recursive: true, force: true });
  });

  function newBench(): ProtocolBench {
    return new ProtocolBench({
      realStore: true,
      store: () => {
        store = new SqliteStore({ path: join(directory, 'monitor.db') });
        return store;
      },
    });
  }

  /** The monitor dies; its process lets go of the file. */
  async function die(bench: ProtocolBench): Promise<void> {
    bench.crash();
    await store?.close();
    await bench.run(500);
  }

  it.each([0, 4, 6, 9, 11, 21, 40])('%i ms after a fill end protected, once', async (ms) => {
    const bench = newBench();
    await bench.start();
    void bench.monitor.handleOrderFill(await bench.trade('0.1')).catch(() => {});
    await bench.run(ms);
    await die(bench);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(10_000);
    expect(await bench.resting()).toEqual(PROTECTED);
    expect(bench.tranche().openedQty).toBe('0.1');
    await bench.until(bench.monitor.stop());
  });

  it.each([0, 6, 11, 16, 21, 26, 31])('%i ms into a close end closed or as before', async (ms) => {
    const bench = newBench();
    await bench.start();
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    await bench.run(100);
    void bench.monitor.closePosition(SYMBOL).catch(() => {});
    await bench.run(ms);
    await die(bench);
    await bench.boot();
    bench.tick(45_000);
    await bench.run(20_000);
    if (bench.tranches().length > 0) expect(await bench.resting()).toEqual(PROTECTED);
    else {
      expect(await bench.held()).toBe('');
      expect(await bench.resting()).toEqual([]);
    }
    await bench.until(bench.monitor.stop());
  });
});
