import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/adapters/exchanges/binance-dialect/http-transport.js';
import { createDefaultTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/default-transport.js';
import { createFetchTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/fetch-transport.js';
import { createNodeTransport } from '../../../src/adapters/exchanges/binance-dialect/transport/node-transport.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, server };
}

async function serveTcp(
  onSocket: (socket: Socket) => void,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createTcpServer(onSocket);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  closers.push(() => close().catch(() => undefined));
  return { url: `http://127.0.0.1:${port}/x`, close };
}

const get = (url: string, extra: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  headers: {},
  timeoutMs: 1_000,
  ...extra,
});

function nodeTransport(options: { bodyBytesMax?: number } = {}) {
  const clock = new VirtualClock();
  const transport = createNodeTransport({ clock, ...options });
  closers.push(() => transport.close());
  return { clock, transport };
}

describe("Node's client", () => {
  it('sends method, headers and body, and gives the whole answer', async () => {
    const { url } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.writeHead(201, { 'X-MBX-Used-Weight-1M': '7', 'set-cookie': ['a', 'b'] });
        response.end(JSON.stringify([request.method, request.headers['x-k'], body, '币']));
      });
    });
    const { clock, transport } = nodeTransport();
    const result = await transport.send(
      get(url, { method: 'POST', headers: { 'x-k': '1' }, body: 'a=币' }),
    );
    expect(result).toMatchObject({
      kind: 'answer',
      status: 201,
      body: '["POST","1","a=币","币"]',
    });
    if (result.kind !== 'answer') return;
    expect(result.headers.get('x-mbx-used-weight-1m')).toBe('7');
    expect(result.headers.get('set-cookie')).toBe('a, b');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps connections open, also the one of a warm-up', async () => {
    const ports = new Set<number>();
    const { url, server } = await serve((request, response) => {
      ports.add(request.socket.remotePort ?? 0);
      response.end('{}');
    });
    const { transport } = nodeTransport();
    await transport.warmUp?.(url);
    for (let i = 0; i < 5; i += 1) await transport.send(get(url));
    expect(ports.size).toBe(1);
    await transport.close();
    expect(server.listening).toBe(true);
    expect(await transport.send(get(url))).toMatchObject({ kind: 'not-sent' });
    await transport.close();
  });

  it('nothing left when nobody listens', async () => {
    const { url, close } = await serveTcp(() => undefined);
    await close();
    const { transport, clock } = nodeTransport();
    expect(await transport.send(get(url, { method: 'POST', body: 'a=1' }))).toEqual({
      kind: 'not-sent',
      detail: 'the connection failed (ECONNREFUSED)',
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('nothing left when the name is unknown', async () => {
    const { transport } = nodeTransport();
    const result = await transport.send(get('http://nowhere.invalid/x'));
    expect(result).toMatchObject({
      kind: 'not-sent',
      detail: expect.stringMatching(/ENOTFOUND|EAI/),
    });
  });

  it('nothing left when an encrypted connection did not come about', async () => {
    const { url } = await serveTcp((socket) => socket.once('data', () => socket.destroy()));
    const { transport } = nodeTransport();
    const result = await transport.send(get(url.replace('http:', 'https:'), { method: 'POST' }));
    expect(result).toMatchObject({ kind: 'not-sent' });
  });

  it('time that is over proves nothing, even before the encrypted connection stood', async () => {
    let greeted: (() => void) | undefined;
    const greeting = new Promise<void>((resolve) => {
      greeted = resolve;
    });
    const { url } = await serveTcp((socket) => socket.once('data', () => greeted?.()));
    const { clock, transport } = nodeTransport();
    const pending = transport.send(get(url.replace('http:', 'https:'), { method: 'POST' }));
    await greeting;
    clock.advanceBy(1_000);
    expect(await pending).toEqual({ kind: 'no-answer', detail: 'no answer within 1000 ms' });
  });

  it.each(['http://', 'not an address', 'ftp://127.0.0.1/x'])(
    'nothing left for %j',
    async (url) => {
      const { transport } = nodeTransport();
      expect(await transport.send(get(url))).toMatchObject({ kind: 'not-sent' });
    },
  );

  it('nothing left for a header that cannot be sent', async () => {
    const { transport } = nodeTransport();
    const result = await transport.send(get('http://127.0.0.1:1/x', { headers: { k: 'a\nb' } }));
    expect(result).toEqual({
      kind: 'not-sent',
      detail: 'the request is malformed (ERR_INVALID_CHAR)',
    });
  });

  it.each([
    ['a reset after the request', (socket: Socket) => socket.resetAndDestroy()],
    ['an end without an answer', (socket: Socket) => socket.end()],
    ['half a head', (socket: Socket) => socket.end('HTTP/1.1 200 O')],
    [
      'half a body',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"orderId"'),
    ],
    [
      'half a chunked body',
      (socket: Socket) =>
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'),
    ],
    ['something else than HTTP', (socket: Socket) => socket.end('hello\r\n\r\n')],
  ])('%s: it may have arrived', async (_, react) => {
    const { url } = await serveTcp((socket) => socket.once('data', () => react(socket)));
    const { transport, clock } = nodeTransport();
    expect(await transport.send(get(url, { method: 'POST', body: 'a=1' }))).toMatchObject({
      kind: 'no-answer',
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('a kept connection that is closed under a request: it may have arrived', async () => {
    let requests = 0;
    const { url } = await serveTcp((socket) =>
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        else socket.resetAndDestroy();
      }),
    );
    const { transport } = nodeTransport();
    expect(await transport.send(get(url))).toMatchObject({ kind: 'answer' });
    expect(await transport.send(get(url, { method: 'POST' }))).toMatchObject({ kind: 'no-answer' });
    expect(requests).toBe(2);
  });

  it('time that is over: it may have arrived', async () => {
    let arrived: (() => void) | undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { url } = await serve(() => arrived?.());
    const { clock, transport } = nodeTransport();
    const pending = transport.send(get(url));
    await arrival;
    clock.advanceBy(1_000);
    expect(await pending).toEqual({ kind: 'no-answer', detail: 'no answer within 1000 ms' });
  });

  it('an answer that trickles on for ever ends with the time too', async () => {
    let written: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      written = resolve;
    });
    const { url } = await serve((_, response) => response.write('{', () => written?.()));
    const { clock, transport } = nodeTransport();
    const pending = transport.send(get(url));
    await begun;
    clock.advanceBy(1_000);
    expect(await pending).toMatchObject({ kind: 'no-answer' });
  });

  it('a long answer is broken off', async () => {
    const { url } = await serve((_, response) => response.end('x'.repeat(5_000)));
    const { transport } = nodeTransport({ bodyBytesMax: 4_000 });
    expect(await transport.send(get(url))).toEqual({
      kind: 'no-answer',
      detail: 'the answer was too long',
    });
  });

  it('an answer that ends with its connection is whole', async () => {
    const { url } = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n{"a":1}')),
    );
    const { transport } = nodeTransport();
    expect(await transport.send(get(url))).toMatchObject({ kind: 'answer', body: '{"a":1}' });
  });

  it('a redirect is an answer like others, and is not followed', async () => {
    let requests = 0;
    const { url } = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/y' }).end();
    });
    const { transport } = nodeTransport();
    expect(await transport.send(get(url))).toMatchObject({ kind: 'answer', status: 302 });
    expect(requests).toBe(1);
  });

  it('closing breaks off what is under way', async () => {
    let arrived: (() => void) | undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { url } = await serve(() => arrived?.());
    const { transport } = nodeTransport();
    const pending = transport.send(get(url));
    await arrival;
    await transport.close();
    expect(await pending).toMatchObject({ kind: 'no-answer' });
  });

  it('is the default in Node', async () => {
    const { url } = await serve((_, response) => response.end('{}'));
    const transport = createDefaultTransport(new VirtualClock());
    expect(transport.warmUp).toBeDefined();
    expect(await transport.send(get(url))).toMatchObject({ kind: 'answer', status: 200 });
    await transport.close();
  });
});

describe('fetch', () => {
  function fetchTransport(options: { bodyBytesMax?: number } = {}) {
    const clock = new VirtualClock();
    const transport = createFetchTransport({ clock, ...options });
    closers.push(() => transport.close());
    return { clock, transport };
  }

  it('sends and reads like the other', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(200, { 'X-MBX-Used-Weight-1M': '7' });
      request.on('data', (chunk) => response.write(chunk));
      request.on('end', () => response.end('币'));
    });
    const { clock, transport } = fetchTransport();
    const result = await transport.send(get(url, { method: 'POST', body: 'a=1' }));
    expect(result).toMatchObject({ kind: 'answer', status: 200, body: 'a=1币' });
    if (result.kind === 'answer') expect(result.headers.get('x-mbx-used-weight-1m')).toBe('7');
    expect(clock.pendingTimers).toBe(0);
  });

  it('cannot prove that nothing left', async () => {
    const { url, close } = await serveTcp(() => undefined);
    await close();
    const { transport } = fetchTransport();
    expect(await transport.send(get(url))).toEqual({
      kind: 'no-answer',
      detail: 'the connection failed',
    });
  });

  it('heeds time, length and close', async () => {
    let arrived: (() => void) | undefined;
    const { url } = await serve((request, response) => {
      if (request.method === 'GET') response.end('x'.repeat(5_000));
      else arrived?.();
    });
    const { clock, transport } = fetchTransport({ bodyBytesMax: 4_000 });
    expect(await transport.send(get(url))).toMatchObject({ detail: 'the answer was too long' });
    for (const act of [() => clock.advanceBy(1_000), () => transport.close()]) {
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const pending = transport.send(get(url, { method: 'POST' }));
      await arrival;
      await act();
      expect(await pending).toMatchObject({ kind: 'no-answer' });
    }
    expect(await transport.send(get(url))).toMatchObject({ kind: 'not-sent' });
  });

  it('a fetch that ignores its signal holds nobody', async () => {
    const clock = new VirtualClock();
    const transport = createFetchTransport({ clock, fetch: () => new Promise(() => undefined) });
    const pending = transport.send(get('http://127.0.0.1/x'));
    clock.advanceBy(1_000);
    expect(await pending).toEqual({ kind: 'no-answer', detail: 'no answer within 1000 ms' });
  });
});
