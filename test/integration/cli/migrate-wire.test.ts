import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import { BOT_SCHEMAS, OldDatabaseWriter, OWNER_SETTINGS } from '../../support/old-databases.js';
import { scratch } from './run-cli.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KEY = 'canarykey31e0aa';
const SECRET = 'canarysecret77d2b4';

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

describe.each(['binance', 'aster'] as const)('migrate over the wire of %s', (dialect) => {
  it('takes positions and the exits of the older system over, and run goes on with them', async () => {
    const server = await createExchangeServer({
      dialect,
      apiKey: KEY,
      apiSecret: SECRET,
      instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', price: 45_000 }],
    });
    onTestFinished(() => server.close());
    const folder = scratch();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('keys.env'), `API_KEY=${KEY}\nAPI_SECRET=${SECRET}\n`);
    chmodSync(at('keys.env'), 0o600);
    const env = { POSITION_MONITOR_KEY_FILE: at('keys.env') };
    const outputs: string[] = [];
    const command = async (...args: string[]): Promise<number | null> => {
      const { code, said } = cli(args, env);
      const result = await code;
      outputs.push(said());
      return result;
    };

    // The older system: 0.1 held, a stop and a take-profit of its own.
    server.person.buy('BTCUSDT', '0.1');
    const { restUrl, streamUrl } = server;
    const exchange = { id: dialect, rest_url: restUrl, stream_url: streamUrl };
    const live = { exchange, store: { path: at('first.db') }, ...OWNER_SETTINGS };
    const protecting = { ...live, globals: { ...live.globals, use_position_monitor: true } };
    writeFileSync(at('old.json'), JSON.stringify({ ...protecting, store: undefined }));
    expect(await command('protect', '--yes', '--config', at('old.json')), outputs.join()).toBe(0);
    const placed = server.person.openOrders();
    expect(placed).toHaveLength(2);
    const old = new OldDatabaseWriter(at('old.db'), ...BOT_SCHEMAS).withLog();
    old.trade({ order_id: '1', qty: 0.1, price: 45_000 });
    expect(await command('verify', '--json', '--config', at('old.json')), outputs.join()).toBe(0);
    const [{ stops, takeProfits }] = JSON.parse(
      (outputs.at(-1) ?? '').split('\n')[0] ?? '',
    ).positions;
    for (const { orderId } of [...stops, ...takeProfits]) {
      old.row('order_relationships', {
        main_order_id: '1',
        sl_order_id: orderId,
        symbol: 'BTCUSDT',
      });
    }
    old.close();
    writeFileSync(
      at('settings.json'),
      JSON.stringify({ exchange, api_key: KEY, ...OWNER_SETTINGS }),
    );

    const args = ['--from', at('old.db'), '--settings', at('settings.json'), '--to', at('new.db')];
    expect(await command('migrate', ...args, '--dry-run'), outputs.join()).toBe(0);
    expect(existsSync(at('new.db'))).toBe(false);
    expect(await command('migrate', ...args, '--yes', '--json'), outputs.join()).toBe(0);
    const report = JSON.parse((outputs.at(-1) ?? '').split('\n')[0] ?? '');
    expect(report).toMatchObject({ did: 'migrated', account: expect.stringContaining(dialect) });
    expect(report.exits.map(({ state }: { state: string }) => state)).toEqual([
      'taken-over',
      'taken-over',
    ]);
    const config = at('new.config.json');
    // Of the settings' symbols the exchange lists one: with the other, run would not start.
    expect(Object.keys(JSON.parse(readFileSync(config, 'utf8')).symbols)).toEqual(['BTCUSDT']);
    expect(JSON.parse(readFileSync(config, 'utf8')).exchange).toEqual({
      id: dialect,
      restUrl,
      streamUrl,
    });

    expect(await command('verify', '--config', config), outputs.join()).toBe(0);
    const run = cli(['run', '--json', '--config', config], env);
    await expect.poll(run.said, { timeout: 30_000 }).toContain('monitor:started');
    // So many commands within one minute may have used what the exchange gives routine reads: then it is asked again.
    await expect
      .poll(() => command('verify', '--config', config), { timeout: 70_000, interval: 5_000 })
      .toBe(0);
    // The same two orders: nothing was placed, nothing was taken away.
    expect(server.person.openOrders()).toEqual(placed);
    // What executes on a taken-over order is booked: the tranche closes by it.
    server.market.setPrice('BTCUSDT', 42_000);
    await expect.poll(run.said, { timeout: 30_000 }).toContain('tranche:closed');
    run.child.kill('SIGTERM');
    expect(await run.code).toBe(0);
    expect(run.said()).toMatch(/"stop-loss"/);

    for (const text of [...outputs, run.said(), readFileSync(config, 'utf8')]) {
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(SECRET);
    }
  }, 180_000);
});
