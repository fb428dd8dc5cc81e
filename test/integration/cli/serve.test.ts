import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PAGE_LISTENERS_MAX } from '../../../src/limits.js';
import { LiveWorld } from './live-world.js';
import { KEYS, ServeWorld, SYMBOL } from './serve-world.js';

const TOKEN = 'a-token-of-a-test-0123456789';
const PATHS = ['/', '/health', '/metrics', '/state', '/events'];

/** A request with a name of the host that `fetch` would not send. */
function ask(
  world: ServeWorld,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly allow: string | undefined }> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (answer) => {
      resolve({ status: answer.statusCode ?? 0, allow: answer.headers.allow });
      answer.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Reads events until one of a name came. */
async function untilHeard(response: Response, name: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(`"name":"${name}"`)) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) throw new Error(`it ended without ${name}: ${text}`);
    text += value;
  }
  await reader?.cancel();
  return text;
}

describe('run --listen', () => {
  it('tells its health: 200, and 503 with what is wrong', async () => {
    const world = await ServeWorld.start();
    const well = await world.get('/health');
    expect(well.status).toBe(200);
    expect(await well.json()).toMatchObject({
      state: 'running',
      healthy: true,
      problems: [],
      exchangeConnected: true,
      unprotected: 0,
    });
    world.server.streams.refuseNext(1_000);
    world.server.streams.cut();
    await world.until(async () => (await world.get('/health')).status === 503, 'it is ill');
    expect(await (await world.get('/health')).json()).toMatchObject({
      healthy: false,
      problems: expect.arrayContaining(['the exchange is not connected']),
    });
  }, 60_000);

  it('answers before it has started', async () => {
    const world = new LiveWorld();
    world.connect = (exchange) => {
      exchange.fetchAccount = () => Promise.reject(new Error('unreachable'));
      return exchange;
    };
    const running = world.begin('run', '--listen', '127.0.0.1:0');
    await expect
      .poll(() => world.told.join(), { timeout: 20_000 })
      .toContain('the live page is at');
    await world.pass(500);
    const [, url = ''] = /at (\S+)\//.exec(world.told.join()) ?? [];
    const answer = await fetch(`${url}/health`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ problems: ['the monitor is starting'] });
    world.signal();
    expect(await world.until(running)).toBe(0);
  }, 60_000);

  it('answers GET and HEAD, and nothing that could act', async () => {
    const world = await ServeWorld.start();
    const before = world.server.requests.filter(({ method }) => method !== 'GET').length;
    for (const path of PATHS) {
      expect([path, (await ask(world, path)).status]).toEqual([path, 200]);
      const head = await world.get(path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
        const refused = await ask(world, path, { method });
        expect([path, method, refused]).toEqual([
          path,
          method,
          { status: 405, allow: 'GET, HEAD' },
        ]);
      }
    }
    expect((await world.get('/close')).status).toBe(404);
    expect(world.server.requests.filter(({ method }) => method !== 'GET').length).toBe(before);
  }, 60_000);

  it('is served under the names of this machine alone', async () => {
    const world = await ServeWorld.start();
    const { port } = new URL(world.url);
    const as = async (host: string) => (await ask(world, '/health', { headers: { host } })).status;
    expect(await as(`localhost:${port}`)).toBe(200);
    expect(await as(`127.0.0.1:${port}`)).toBe(200);
    // The other end of a tunnel.
    expect(await as('localhost:8080')).toBe(200);
    expect(await as(`attacker.example:${port}`)).toBe(421);
    expect(await as('127.0.0.1.attacker.example')).toBe(421);
  }, 60_000);

  it('lets no other page load or frame it', async () => {
    const world = await ServeWorld.start();
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(world, '/events', { headers: foreign })).status).toBe(403);
    expect(
      (await ask(world, '/', { headers: { ...foreign, 'sec-fetch-mode': 'navigate' } })).status,
    ).toBe(200);
    for (const path of PATHS.slice(0, -1)) {
      const { headers } = await world.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const policy = (await world.get('/')).headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const page = await (await world.get('/')).text();
    expect(page).not.toMatch(/(src|href)=["']?(https?:)?\/\//);
  }, 60_000);

  it('tells events as they come, and where it left off', async () => {
    const world = await ServeWorld.start();
    const first = await untilHeard(await world.get('/events'), 'monitor:started');
    const seq = Number(/id: (\d+)\ndata: {"name":"monitor:started"/.exec(first)?.[1]);
    const listening = await world.get('/events', { headers: { 'last-event-id': `${seq}` } });
    world.server.person.buy(SYMBOL, '0.1');
    const heard = await untilHeard(listening, 'protection:placed');
    expect(heard).not.toContain('"name":"monitor:started"');
    const told = heard
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as { seq: number });
    const printed = world.out.map((line) => JSON.parse(line) as { seq: number });
    expect(told).toEqual(printed.filter((event) => event.seq > seq).slice(0, told.length));
    expect(await (await world.get('/metrics')).text()).toMatch(
      /position_monitor_page_listeners [01]\n/,
    );
  }, 60_000);

  it('bounds those who listen', async () => {
    const world = await ServeWorld.start();
    const listening = await Promise.all(
      Array.from({ length: PAGE_LISTENERS_MAX }, () => world.get('/events')),
    );
    expect(listening.map(({ status }) => status)).toEqual(
      Array.from({ length: PAGE_LISTENERS_MAX }, () => 200),
    );
    expect((await world.get('/events')).status).toBe(503);
    await listening[0]?.body?.cancel();
    await world.until(async () => {
      const again = await world.get('/events');
      await again.body?.cancel();
      return again.status === 200;
    }, 'there is room again');
  }, 60_000);

  it('shows no key and no signature anywhere', async () => {
    const world = await ServeWorld.start();
    world.server.person.buy(SYMBOL, '0.1');
    await world.untilHeard();
    const shown = [await untilHeard(await world.get('/events'), 'protection:placed')];
    for (const path of PATHS.slice(0, -1)) shown.push(await (await world.get(path)).text());
    for (const text of [...shown, ...world.told]) {
      expect(text).not.toContain(KEYS.apiKey);
      expect(text).not.toContain(KEYS.apiSecret);
      expect(text).not.toMatch(/signature|listenKey/);
    }
  }, 60_000);

  it('ends with the command, whoever listens', async () => {
    const world = await ServeWorld.start();
    const listening = await world.get('/events');
    const heard = untilHeard(listening, 'monitor:stopped');
    expect(await world.end()).toBe(0);
    await heard;
    await expect(world.get('/health')).rejects.toThrow();
  }, 60_000);

  it('leaves the monitor alone when somebody sends nonsense', async () => {
    const world = await ServeWorld.start();
    const { hostname, port } = new URL(world.url);
    for (const text of [
      '\u0000\u0001\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    for (const path of ['//', '/%', '/?token=x', '/state?since=-1&symbol=%00', 'http://x/health']) {
      expect((await ask(world, path)).status).toBeLessThan(500);
    }
    expect((await world.get('/health')).status).toBe(200);
  }, 60_000);
});

describe('an address that others can reach', () => {
  const listen = '0.0.0.0:0';

  it('is refused without a token, and with one that is too short', async () => {
    const world = new LiveWorld();
    expect(await world.run('run', '--listen', '0.0.0.0:0')).toBe(2);
    expect(await world.run('run', '--listen', 'localhost.example:80')).toBe(2);
    expect(await world.run('run', '--listen', '127.0.0.1:65536')).toBe(2);
    Object.defineProperty(world, 'host', {
      value: { ...world.host, environment: { POSITION_MONITOR_TOKEN: 'short' } },
    });
    expect(await world.run('run', '--listen', '0.0.0.0:0')).toBe(2);
  });

  it('asks every path for it', async () => {
    const world = await ServeWorld.start({
      listen,
      environment: { POSITION_MONITOR_TOKEN: TOKEN },
    });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    for (const path of PATHS) {
      expect([path, (await ask(world, path)).status]).toEqual([path, 401]);
      expect([path, (await ask(world, path, bearer(`${TOKEN}x`))).status]).toEqual([path, 401]);
      expect([path, (await ask(world, path, bearer(TOKEN))).status]).toEqual([path, 200]);
    }
    expect((await world.get('/')).headers.get('www-authenticate')).toContain('Bearer');
    // Only the page itself takes it in the address.
    expect((await world.get(`/metrics?token=${TOKEN}`)).status).toBe(401);
    expect((await world.get(`/?token=${TOKEN}x`)).status).toBe(401);
  }, 60_000);

  it('gives a browser a cookie for it, which holds no token and can be made by nobody else', async () => {
    const world = await ServeWorld.start({
      listen,
      environment: { POSITION_MONITOR_TOKEN: TOKEN },
    });
    const answer = await world.get(`/?token=${TOKEN}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/; HttpOnly; SameSite=Lax; Path=\/; Max-Age=\d+$/);
    expect(set).not.toContain(TOKEN);
    const cookie = set.split(';')[0] ?? '';
    const withCookie = async (value: string) =>
      (await world.get('/health', { headers: { cookie: value } })).status;
    expect(await withCookie(`other=1; ${cookie}`)).toBe(200);
    const [until = '', proof = ''] = cookie.split('=')[1]?.split('.') ?? [];
    expect(await withCookie(`position_monitor=${Number(until) + 1}.${proof}`)).toBe(401);
    expect(await withCookie(`position_monitor=${until}.${'A'.repeat(43)}`)).toBe(401);
    expect(await withCookie(`position_monitor=${TOKEN}`)).toBe(401);
  }, 60_000);

  it('takes it from a file that only its owner may read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cli-token-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    chmodSync(file, 0o600);
    const world = await ServeWorld.start({
      listen,
      environment: { POSITION_MONITOR_TOKEN_FILE: file },
    });
    const answer = await world.get('/health', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(answer.status).toBe(200);

    chmodSync(file, 0o644);
    const second = new LiveWorld();
    Object.defineProperty(second, 'host', {
      value: { ...second.host, environment: { POSITION_MONITOR_TOKEN_FILE: file } },
    });
    expect(await second.run('run', '--listen', listen)).toBe(2);
  }, 60_000);
});

it('an address that is in use is refused before anything starts', async () => {
  const world = await ServeWorld.start();
  const second = new LiveWorld();
  expect(await second.run('run', '--listen', new URL(world.url).host)).toBe(2);
  expect(second.out).toEqual([]);
}, 60_000);
