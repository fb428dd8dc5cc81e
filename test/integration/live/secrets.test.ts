import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDefaultTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/default-transport.js';
import type { HttpTransport } from '../../../src/binance.js';
import { SystemClock } from '../../../src/platform/system-clock.js';
import { SqliteStore } from '../../../src/sqlite.js';
import { DIALECTS, LiveWorld, type LiveWorldOptions } from '../../support/live-world.js';

const KEYS = { apiKey: 'canary-key-7c1f0d', apiSecret: 'canary-secret-e93b25' };
const SPEED = 5;

/** Everything that may be shown to somebody, collected while a test runs. */
class Watch {
  readonly secrets = new Set<string>(Object.values(KEYS));
  readonly shown: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'pm-secrets-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => this.show(args));
    }
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        this.show(String(chunk));
        return true;
      });
    }
  }

  get options(): LiveWorldOptions {
    return {
      speed: SPEED,
      keys: KEYS,
      server: { ...KEYS, triggerMs: 0 },
      globals: { reconcileIntervalMs: 3_000 },
      exchange: () => ({ transport: this.#transport() }),
      store: () => new SqliteStore({ path: join(this.folder, 'monitor.db') }),
    };
  }

  show(value: unknown): void {
    this.shown.push(inspect(value, { depth: 8, showHidden: true }));
    try {
      this.shown.push(JSON.stringify(value) ?? '');
    } catch {
      // What cannot be serialised was inspected.
    }
    if (value instanceof Error) {
      this.shown.push(value.message, value.stack ?? '');
      if (value.cause !== undefined) this.show(value.cause);
    }
  }

  /** The key of the account stream that is in force. */
  async noteListenKey(world: LiveWorld): Promise<void> {
    const response = await fetch(`${world.server.restUrl}/fapi/v1/listenKey`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': world.options.server?.apiKey ?? '' },
    });
    const { listenKey } = (await response.json()) as { readonly listenKey?: string };
    if (listenKey !== undefined) this.secrets.add(listenKey);
  }

  /** Where a secret was found. */
  leaks(world: LiveWorld): string[] {
    this.show(world.events);
    this.show(world.logs);
    this.show(world.monitor);
    this.show(world.monitor.getHealth());
    const files = readdirSync(this.folder).map((name) =>
      readFileSync(join(this.folder, name)).toString('latin1'),
    );
    expect(this.secrets.size).toBeGreaterThan(2);
    return [...this.shown, ...files].flatMap((text) =>
      [...this.secrets]
        .filter((secret) => text.includes(secret))
        .map((secret) => `${secret}: ${text.slice(0, 200)}`),
    );
  }

  /** Notes every signature that travels. */
  #transport(): HttpTransport {
    const real = createDefaultTransport(new SystemClock({ keepAlive: false }));
    return {
      send: (request) => {
        for (const [, signature = ''] of `${request.url} ${request.body ?? ''}`.matchAll(
          /signature=([^&\s]+)/g,
        )) {
          this.secrets.add(signature);
        }
        return real.send(request);
      },
      close: () => real.close(),
    };
  }
}

describe.each(DIALECTS)('no secret of %s is shown', (dialect) => {
  it('in a life with failures', async () => {
    const watch = new Watch();
    const world = await LiveWorld.start(dialect, watch.options);
    await watch.noteListenKey(world);
    const { server } = world;
    const echo = `nobody knows the key ${KEYS.apiKey}`;
    server.faults.next({ method: 'POST', path: /order/i }, { do: 'unknown', executed: true });
    server.faults.next(
      { method: 'POST', path: /order/i },
      { do: 'answer', status: 400, code: -2010, msg: echo },
    );
    server.faults.next({ path: 'listenKey' }, { do: 'answer', status: 400, code: -1, msg: echo });
    world.enter('LONG', '0.1');
    await world.untilResting(world.exits('LONG', '0.1'));
    server.streams.refuseNext(2);
    server.streams.cut();
    server.faults.next({ path: 'listenKey' }, { do: 'lose-reply' });
    world.enter('SHORT', '0.1');
    await world.until(() => world.resting.length === 4, 'both are protected');
    server.streams.expireListenKey();
    server.streams.push({ e: 'ORDER_TRADE_UPDATE', o: { nonsense: true } });
    for (const fault of ['garble', 'reset', 'lose-reply', 'unavailable'] as const) {
      server.faults.next({ method: 'GET' }, { do: fault }, 3);
      await world.monitor.reconcile().catch((error: unknown) => watch.show(error));
    }
    server.faults.clear();
    server.ban(1_000);
    await world.monitor.reconcile().catch((error: unknown) => watch.show(error));
    expect(server.requests.some(({ status }) => status === 418)).toBe(true);
    world.price(44_000);
    await world.until(() => world.named('tranche:closed').length > 0, 'one is closed');
    await watch.noteListenKey(world);
    await world.monitor.verifyProtection().catch((error: unknown) => watch.show(error));
    await world.monitor.closePosition('NONE').catch((error: unknown) => watch.show(error));
    for await (const event of world.monitor.history()) watch.show(event);
    await world.restart();
    await world.calm();
    expect(watch.leaks(world)).toEqual([]);
    await world.monitor.stop();
    expect(watch.leaks(world)).toEqual([]);
  });

  it.each([
    ['a key that is refused', { ...KEYS, apiKey: 'canary-other-key-51' }],
    ['a secret that signs wrongly', { ...KEYS, apiSecret: 'canary-other-secret-52' }],
  ])('by %s', async (_what, keys) => {
    const watch = new Watch();
    for (const secret of Object.values(keys)) watch.secrets.add(secret);
    const world = await LiveWorld.prepare(dialect, { ...watch.options, keys });
    const error: unknown = await world.monitor.start().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'EXCHANGE_REJECTED', retryable: false });
    watch.show(error);
    expect(watch.leaks(world)).toEqual([]);
  });
});
