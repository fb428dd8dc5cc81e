import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { scratch } from './run-cli.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KEY = 'canarykey77b0e1';
const SECRET = 'canarysecret2c94d8';

function cli(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, POSITION_MONITOR_DEBUG: '1', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, code, said: () => text };
}

describe.each(['binance', 'aster'] as const)('the commands over the wire of %s', (dialect) => {
  it('find a gap, close it, prove it, and go on with it', async () => {
    const server = await createExchangeServer({
      dialect,
      apiKey: KEY,
      apiSecret: SECRET,
      instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', price: 45_000 }],
    });
    onTestFinished(() => server.close());
    const folder = scratch();
    const config = join(folder, 'live.json');
    const keys = join(folder, 'keys.env');
    const { restUrl, streamUrl } = server;
    writeFileSync(
      config,
      JSON.stringify({
        exchange: { id: dialect, restUrl, streamUrl },
        store: { path: join(folder, 'bot.db') },
        symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } },
      }),
    );
    writeFileSync(keys, `API_KEY=${KEY}\nAPI_SECRET=${SECRET}\n`);
    chmodSync(keys, 0o600);
    server.person.buy('BTCUSDT', '0.1');

    const outputs: string[] = [];
    const command = async (...args: string[]): Promise<number | null> => {
      const { code, said } = cli([...args, '--config', config], {
        POSITION_MONITOR_KEY_FILE: keys,
      });
      const result = await code;
      outputs.push(said());
      return result;
    };
    expect(await command('verify'), outputs.join()).toBe(1);
    expect(await command('protect', '--check-only'), outputs.join()).toBe(1);
    expect(await command('protect'), outputs.join()).toBe(2);
    expect(server.person.openOrders()).toEqual([]);
    expect(await command('protect', '--yes'), outputs.join()).toBe(0);
    expect(await command('verify'), outputs.join()).toBe(0);
    const orders = server.person.openOrders();
    expect(orders).toHaveLength(2);

    const run = cli(['run', '--json', '--config', config], { POSITION_MONITOR_KEY_FILE: keys });
    await expect.poll(run.said, { timeout: 30_000 }).toContain('monitor:started');
    server.person.sell('BTCUSDT', '0.2');
    await expect.poll(() => server.person.openOrders().length, { timeout: 30_000 }).toBe(4);
    expect(await command('verify', '--json'), outputs.join()).toBe(0);
    expect(await command('protect', '--yes')).toBe(2);
    run.child.kill('SIGTERM');
    expect(await run.code).toBe(0);
    expect(server.person.openOrders()).toEqual(expect.arrayContaining([...orders]));
    expect(server.person.openOrders()).toHaveLength(4);

    for (const text of [...outputs, run.said()]) {
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(SECRET);
      expect(text).not.toMatch(/signature=|listenKey=/);
    }
  }, 180_000);
});
