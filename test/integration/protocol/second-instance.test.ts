import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import { ProtocolBench } from '../../support/protocol-bench.js';

const PROGRAM = fileURLToPath(new URL('monitor-child.ts', import.meta.url));

/** A monitor in another process, with a LONG of 0.1 and its orders. */
function startMonitor(path: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    said: async () => JSON.parse((await lines.next()).value ?? 'null') as unknown,
    moveStop: (price: number) => void child.stdin.write(`${price}\n`),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const healthy = (stop: number) => ({
  resting: `stop-loss SELL 0.1 @ ${stop}, take-profit SELL 0.1 @ 45900`,
  storeWritable: true,
  unprotected: 0,
});

it('a second monitor is refused while the first one lives, and takes over when it was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pm-second-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'monitor.db');
  const first = startMonitor(path);
  expect(await first.said()).toEqual(healthy(44_550));

  const stores: SqliteStore[] = [];
  onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => {}));
  const second = new ProtocolBench({
    realStore: true,
    store: () => {
      const store = new SqliteStore({ path });
      stores.push(store);
      return store;
    },
  });
  /** Its account holds the same; the orders of the first one went to that one's account. */
  await second.trade('0.1');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(second.until(second.monitor.start())).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
    });
    expect(second.monitor.getHealth().state).toBe('stopped');
    expect(second.placed()).toEqual([]);
  }

  /** The first one has noticed nothing: it records, sends and protects. */
  first.moveStop(44_700);
  expect(await first.said()).toEqual(healthy(44_700));
  first.moveStop(44_800);
  expect(await first.said()).toEqual(healthy(44_800));

  await first.kill();
  await second.start();
  second.tick(45_000);
  await second.run(20_000);
  expect(second.tranche()).toMatchObject({ quantity: '0.1', coverage: 'resting' });
  expect(await second.resting()).toEqual([
    'stop-loss SELL 0.1 @ 44800',
    'take-profit SELL 0.1 @ 45900',
  ]);
  await second.until(second.monitor.stop());
});
