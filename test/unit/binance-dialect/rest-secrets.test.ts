import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRequestBudget } from '../../../src/adapters/exchanges/binance-dialect/budget/request-budget.js';
import type { RequestSigner } from '../../../src/adapters/exchanges/binance-dialect/request-signer.js';
import type { RestCall } from '../../../src/adapters/exchanges/binance-dialect/rest-call.js';
import { createRestClient } from '../../../src/adapters/exchanges/binance-dialect/rest-client.js';
import {
  outcomeOfWrite,
  readFailure,
} from '../../../src/adapters/exchanges/binance-dialect/rest-outcome.js';
import { createCallbackSigner } from '../../../src/adapters/exchanges/binance-dialect/signing/callback-signer.js';
import { createEip712Signer } from '../../../src/adapters/exchanges/binance-dialect/signing/eip712-signer.js';
import { createHmacSigner } from '../../../src/adapters/exchanges/binance-dialect/signing/hmac-signer.js';
import { createNodeTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/node-transport.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const API_KEY = 'canary-api-key';
const API_SECRET = 'canary-api-secret';
const SIGNATURE = 'canary+signature/==';
const PRIVATE_KEY = generatePrivateKey();
const { address } = privateKeyToAccount(PRIVATE_KEY);

const SIGNERS: Readonly<Record<string, RequestSigner>> = {
  hmac: createHmacSigner({ apiKey: API_KEY, apiSecret: API_SECRET }),
  callback: createCallbackSigner({ apiKey: API_KEY, sign: () => SIGNATURE }),
  eip712: createEip712Signer({ user: address, signer: address, privateKey: PRIVATE_KEY }),
};

const call: RestCall = {
  method: 'GET',
  path: '/x',
  params: [['symbol', 'BTCUSDT']],
  auth: 'signed',
  weight: 1,
  orders: 0,
  class: 'guard',
};

/** How something may end up in a log. */
function printed(value: unknown): string {
  const own = value instanceof Error ? [value.message, value.stack, String(value)] : [];
  return [
    JSON.stringify(value) ?? '',
    inspect(value, { depth: 20, showHidden: true, getters: false }),
    String(value),
    ...own,
  ].join('\n');
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(SIGNERS))('with the signer %s', (_, signer) => {
  it('no key, secret or signature is in what can be printed', async () => {
    const written: string[] = [];
    for (const method of ['log', 'warn', 'error', 'info', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...args) => {
        written.push(args.map(printed).join(' '));
      });
    /** Signatures that arrived, so that they can be looked for. */
    const arrived = new Set<string>();
    let mode = '';
    const server = createServer((request, response) => {
      const echo = `${request.url} ${JSON.stringify(request.headers)} ${decodeURIComponent(request.url ?? '')}`;
      const signature = new URL(request.url ?? '', 'http://x').searchParams.get('signature');
      if (signature) {
        arrived.add(signature);
        arrived.add(encodeURIComponent(signature));
      }
      if (mode === 'reset') request.socket.resetAndDestroy();
      else if (mode === 'json') {
        response.writeHead(400);
        response.end(JSON.stringify({ code: -1022, msg: `no: ${echo}` }));
      } else if (mode === 'text') {
        response.writeHead(503);
        response.end(echo);
      } else {
        response.end(`not json ${echo}`);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const clock = new VirtualClock();
    const transport = createNodeTransport({ clock });
    const budget = createRequestBudget({ clock });
    const client = createRestClient({
      dialect: { paths: { time: '/time' } as never },
      restUrl: `http://127.0.0.1:${port}`,
      transport,
      signer,
      clock,
      budget,
    });
    const results: unknown[] = [signer, transport, budget, client, { signer, client }, [signer]];
    for (mode of ['reset', 'json', 'text', 'page']) {
      const answer = await client.call(call);
      expect(answer.kind).not.toBe('ok');
      results.push(answer, outcomeOfWrite(answer, { every503IsUnknown: false }));
      if (answer.kind !== 'ok') results.push(readFailure(answer));
      results.push(await client.syncClock().catch((error: unknown) => error));
    }
    await new Promise((resolve) => server.close(resolve));
    const gone = await client.call(call);
    results.push(gone, ...(gone.kind === 'ok' ? [] : [readFailure(gone)]));
    await client.close();

    expect(arrived.size).toBeGreaterThan(0);
    const secrets = [API_KEY, API_SECRET, SIGNATURE, PRIVATE_KEY, PRIVATE_KEY.slice(2), ...arrived];
    const text = [...results.map(printed), ...written].join('\n');
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(Object.keys(signer)).toEqual([]);
    expect({ ...signer }).toEqual({});
    expect(printed({ signer })).toContain('[signer]');
  });
});

describe('a credential that cannot be used', () => {
  it.each([
    () => createHmacSigner({ apiKey: API_KEY, apiSecret: `${API_SECRET}\n` }),
    () => createHmacSigner({ apiKey: `${API_KEY} `, apiSecret: API_SECRET }),
    () => createEip712Signer({ user: address, signer: address, privateKey: PRIVATE_KEY.slice(2) }),
    () => createEip712Signer({ user: PRIVATE_KEY, signer: address, privateKey: PRIVATE_KEY }),
  ])('is not quoted (%#)', (create) => {
    let thrown: unknown;
    try {
      create();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'CONFIG_INVALID' });
    const text = printed(thrown);
    for (const secret of [API_KEY, API_SECRET, PRIVATE_KEY.slice(2)]) {
      expect(text).not.toContain(secret);
    }
  });
});
