import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createResilientStream } from '../../../src/platform/sockets/resilient-stream.js';
import { defaultWebSocket, webSocketFrom } from '../../../src/platform/sockets/web-socket.js';
import { SystemClock } from '../../../src/platform/system-clock.js';

function streamTo(
  url: string,
  told: string[],
  createWebSocket: (url: string) => never,
  onBytes?: (data: Uint8Array) => unknown,
) {
  return createResilientStream({
    url: () => url,
    clock: new SystemClock(),
    createWebSocket,
    random: () => 0,
    reconnectMinMs: 5,
    reconnectMaxMs: 10,
    maxAgeMs: Number.POSITIVE_INFINITY,
    silentAfterMs: Number.POSITIVE_INFINITY,
    onMessage: (data) => told.push(data),
    ...(onBytes && { onBytes }),
    onOpen: (send) => send('hello'),
    onState: (state) => told.push(state),
  });
}

/** A port of the loopback interface where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the WebSocket of this runtime', () => {
  it('carries text both ways, and comes back after a cut', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const greetings: string[] = [];
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        greetings.push(String(data));
        socket.send('grüße 币安');
        server.emit('greeted');
      });
    });
    const told: string[] = [];
    const stream = streamTo(`ws://127.0.0.1:${port}`, told, (await defaultWebSocket()) as never);
    const greeted = once(server, 'greeted');
    await stream.open();
    await greeted;
    const again = once(server, 'greeted');
    for (const socket of server.clients) socket.terminate();
    await again;
    expect(greetings).toEqual(['hello', 'hello']);
    expect(told.filter((line) => line === 'up' || line === 'down')).toEqual(['up', 'down', 'up']);
    stream.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('hands over the bytes of text to whoever takes them, and nothing that is no text', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.on('connection', (socket) => {
      socket.send(Buffer.from('no text'));
      socket.send('grüße 币安');
      socket.send('bye');
    });
    const told: string[] = [];
    const bytes: string[] = [];
    const create = await defaultWebSocket();
    const over = once(server, 'over');
    const stream = streamTo(`ws://127.0.0.1:${port}`, told, create as never, (data) => {
      bytes.push(Buffer.from(data).toString());
      if (bytes.at(-1) === 'bye') server.emit('over');
    });
    await Promise.all([stream.open(), over]);
    stream.close();
    expect(bytes).toEqual(['grüße 币安', 'bye']);
    expect(told).toEqual(['up']);
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['text', 'hello'],
    ['bytes', new TextEncoder().encode('hello')],
  ])('takes %s from a stand-in of ws', (_form, data) => {
    const listeners = new Map<string, (data: unknown, isBinary: boolean) => void>();
    class StandIn {
      static readonly WebSocketServer = {};
      on(event: string, listener: (data: unknown, isBinary: boolean) => void): void {
        listeners.set(event, listener);
      }
    }
    const socket = webSocketFrom(StandIn as never)('wss://example.test');
    const bytes: string[] = [];
    socket.onbytes = (frame) => bytes.push(new TextDecoder().decode(frame));
    listeners.get('message')?.(data, false);
    listeners.get('message')?.(data, true);
    expect(bytes).toEqual(['hello']);
  });

  it('does not end the process when nobody listens, or when it is closed while it connects', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', note);
    const create = await defaultWebSocket();
    const url = `ws://127.0.0.1:${await deadPort()}`;
    await expect(streamTo(url, [], create as never).open()).rejects.toThrow('cannot be opened');
    // Closed by its owner, it tells an error to nobody, in a later turn.
    const ended = create(url);
    ended.onerror = null;
    ended.close();
    // A second attempt takes at least as long, so what the first one throws has been thrown.
    await expect(streamTo(url, [], create as never).open()).rejects.toThrow('cannot be opened');
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
  });

  it('gives a browser nothing but the address', () => {
    const calls: unknown[][] = [];
    class Browser {
      constructor(...args: unknown[]) {
        calls.push(args);
      }
    }
    webSocketFrom(Browser as never)('wss://example.test/ws');
    expect(calls).toEqual([['wss://example.test/ws']]);
  });
});
