import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createBinanceExchange } from '../../../src/binance.js';
import type { ExchangeAdapter, ExchangeSink } from '../../../src/ports/exchange-adapter.js';

let server: Server;
let sockets: WebSocketServer;
let exchange: ExchangeAdapter;
const asked: string[] = [];

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/fapi/v1/time': () => ({ serverTime: Date.now() }),
  '/fapi/v1/exchangeInfo': () => ({ rateLimits: [], symbols: [] }),
  '/fapi/v1/listenKey': () => ({ listenKey: 'abc' }),
  '/fapi/v3/positionRisk': () => [],
};

beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(`${request.method} ${pathname}`);
    const answer = ANSWERS[pathname] as (() => unknown) | undefined;
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ? answer() : { code: -5000, msg: 'no such path' }));
  });
  sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  exchange = createBinanceExchange({
    apiKey: 'key',
    apiSecret: 'secret',
    restUrl: `http://127.0.0.1:${port}`,
    streamUrl: `ws://127.0.0.1:${port}`,
  });
});

afterEach(async () => {
  await exchange.close();
  for (const socket of sockets.clients) socket.terminate();
  await new Promise((resolve) => sockets.close(resolve));
  await new Promise((resolve) => server.close(resolve));
});

it('speaks over real HTTP and a real WebSocket with nothing injected', async () => {
  const address = new Promise<string | undefined>((resolve) => {
    sockets.once('connection', (socket, request) => {
      resolve(request.url);
      const P = [{ s: 'BTCUSDT', pa: '0.5', ep: '45000', ps: 'LONG' }];
      const event = { e: 'ACCOUNT_UPDATE', E: 5, T: 5, a: { m: 'ORDER', B: [], P } };
      socket.send(JSON.stringify(event));
    });
  });
  let told: (symbol: string) => void = () => undefined;
  const position = new Promise<string>((resolve) => {
    told = resolve;
  });
  const sink: ExchangeSink = {
    order() {},
    fill() {},
    position: ({ symbol }) => told(symbol),
    connection() {},
    gap() {},
  };
  await exchange.connect(sink);
  expect(await address).toBe('/private/ws/abc');
  expect(await position).toBe('BTCUSDT');
  expect(await exchange.fetchPositions()).toEqual([]);
  expect(asked).toContain('POST /fapi/v1/listenKey');
});
