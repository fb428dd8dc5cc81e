import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { scratch } from './run-cli.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KEY = 'canarykey5f3a9c';
const SECRET = 'canarysecret91bd27';
const LISTEN_KEY = 'canarylisten04e8f1';

/** What it takes to get as far as a signed request. */
const GRANTED: Readonly<Record<string, unknown>> = {
  '/time': { serverTime: Date.now() },
  '/exchangeInfo': { timezone: 'UTC', rateLimits: [], symbols: [] },
  '/listenKey': { listenKey: LISTEN_KEY },
};

/** An exchange that refuses everything and repeats what it was asked, headers and signature included. */
async function parrot(status: number): Promise<{ url: string; signatures: Set<string> }> {
  const signatures = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const sent = `${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks)}`;
      for (const [, signature] of sent.matchAll(/signature=([\w%]+)/g)) {
        if (signature !== undefined) signatures.add(signature);
      }
      const path = Object.keys(GRANTED).find((name) => request.url?.includes(name));
      const granted = status === 418 || path === undefined ? undefined : GRANTED[path];
      response.writeHead(granted ? 200 : status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(granted ?? { code: -2015, msg: `no: ${sent}` }));
    });
  });
  const streams = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const client of streams.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signatures };
}

/** Runs a command, asks it to end after a while, and gives everything that it said. */
function output(args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, POSITION_MONITOR_DEBUG: '1', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  let isAsked = false;
  const listen = (chunk: Buffer): void => {
    text += chunk;
    // `run` goes on trying: it has said by now what it has to say.
    if (args[0] === 'run' && !isAsked && text.includes('trying again')) {
      isAsked = true;
      child.kill('SIGTERM');
    }
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(`${text}\nexit ${code}`));
  });
}

it.each([401, 418, 500])(
  'no command shows a key, a secret or a signature when it meets %i',
  async (status) => {
    const { url, signatures } = await parrot(status);
    const config = join(scratch(), 'live.json');
    const symbols = { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } };
    const streamUrl = url.replace('http', 'ws');
    const exchange = { id: 'binance', restUrl: url, streamUrl };
    writeFileSync(config, JSON.stringify({ symbols, exchange, feed: { streamUrl } }));
    const keys = { POSITION_MONITOR_API_KEY: KEY, POSITION_MONITOR_API_SECRET: SECRET };
    const runs = await Promise.all(
      [['verify'], ['verify', '--json'], ['protect', '--yes'], ['run', '--json']].map(
        ([command = '', ...options]) => output([command, '--config', config, ...options], keys),
      ),
    );
    for (const text of runs) {
      for (const word of [KEY, SECRET, LISTEN_KEY, ...signatures]) expect(text).not.toContain(word);
    }
    // Else nothing secret was sent, and the test would prove nothing.
    if (status !== 418) expect(signatures.size).toBeGreaterThan(0);
    expect(runs.slice(0, 3).every((text) => text.endsWith('exit 2'))).toBe(true);
  },
  60_000,
);
