import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readStoreGuards } from '../../../src/cli/verify/store-guards.js';
import { scratch } from './run-cli.js';

const PROGRAM = fileURLToPath(new URL('run-child.ts', import.meta.url));
const OWNER = { exchangeId: 'sim', accountId: 'sim', mode: 'live', instanceId: 'default' } as const;

/** Starts `run` and waits until it guards what is held. */
async function started() {
  const folder = scratch();
  const path = join(folder, 'bot.db');
  const config = join(folder, 'live.json');
  writeFileSync(
    config,
    JSON.stringify({
      exchange: { id: 'binance' },
      store: { path },
      globals: { adoptPositions: 'adopt', adoptAfterMs: 100, reconcileIntervalMs: 200 },
      symbols: { BTCUSDT: { stopLossPct: 1, stopLossOrder: 'local' } },
    }),
  );
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', PROGRAM, 'run', '--json', '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (name: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended without ${name}`);
      if (JSON.parse(value).name === name) return;
    }
  };
  await until('monitor:started');
  const guards = () => readStoreGuards(path, OWNER, () => Date.now());
  await expect.poll(async () => (await guards())?.guards.length, { timeout: 20_000 }).toBe(1);
  return { child, exit, until, guards };
}

it('ends on SIGTERM with 0, and gives the store back', async () => {
  const { child, exit, until, guards } = await started();
  expect(await guards()).toMatchObject({ isWriterPresent: true, isBeating: true });
  child.kill('SIGTERM');
  await until('monitor:stopped');
  expect(await exit).toEqual([0, null]);
  expect(await guards()).toMatchObject({ isWriterPresent: false, isBeating: false, guards: [] });
}, 60_000);

it('a process that was killed guards nothing, however fresh its last word is', async () => {
  const { child, exit, guards } = await started();
  child.kill('SIGKILL');
  await exit;
  expect(await guards()).toMatchObject({ isWriterPresent: false, isBeating: false, guards: [] });
}, 60_000);

it('goes on when nobody reads its output any more', async () => {
  const { child, exit, guards } = await started();
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await guards()).toMatchObject({ isWriterPresent: false });
}, 60_000);
