import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WriteAnswer } from '../wire.js';
import type { Account, Write } from './account.js';

/** The venue's door on the loopback interface: every account has paths and streams of its own. */
export class VenueServer {
  readonly #server = http.createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      response.destroy();
      // A request that was cut off while it was read is the death of its sender.
      if (!request.destroyed || request.complete) this.#route(request).account?.trouble(error);
    });
  });
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #accounts = new Map<string, Account>();

  async listen(): Promise<void> {
    this.#server.on('upgrade', (request, socket, head) => {
      const { account, action } = this.#route(request);
      if (account === undefined || (action !== 'account' && action !== 'prices')) {
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (peer) => account.addSocket(action, peer));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** @returns the address of the account */
  add(account: Account): string {
    this.#accounts.set(account.name, account);
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${account.name}`;
  }

  remove(account: Account): void {
    this.#accounts.delete(account.name);
    account.close();
  }

  close(): void {
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { account, action, query } = this.#route(request);
    if (account === undefined) {
      reply(response, { status: 404, body: null });
    } else if (request.method === 'GET') {
      await answerRead(account, action, query, response);
    } else {
      await answerWrite(account, action, JSON.parse(await bodyOf(request)), response);
    }
  }

  #route(request: http.IncomingMessage): {
    readonly account: Account | undefined;
    readonly action: string;
    readonly query: URLSearchParams;
  } {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue');
    const [, name = '', action = ''] = pathname.split('/');
    return { account: this.#accounts.get(name), action, query: searchParams };
  }
}

async function answerWrite(
  account: Account,
  action: string,
  body: unknown,
  response: http.ServerResponse,
): Promise<void> {
  const kind = action.startsWith('cancel') ? 'cancel' : 'place';
  const isBatch = action.endsWith('-batch');
  const writes = (isBatch ? (body as unknown[]) : [body]).map(
    (request) => ({ kind, request }) as Write,
  );
  for (const write of writes) account.receive(write);
  const { era } = account;
  const { travelMs, end, returnMs } = account.fates.ofWrite();
  if (end === 'throttled') {
    const detail = { code: 'throttled', detail: 'too many requests', retryAfterMs: 200 };
    reply(response, { status: 429, body: detail });
    return;
  }
  if (travelMs > 0) await pause(travelMs);
  if (era !== account.era) {
    response.destroy();
    return;
  }
  const answers: WriteAnswer[] = [];
  if (!end.endsWith('-before')) {
    for (const write of writes) answers.push(await account.carryOut(write));
  }
  if (returnMs > 0) await pause(returnMs);
  if (end.startsWith('lost')) response.destroy();
  else if (end.startsWith('unavailable')) reply(response, { status: 503, body: null });
  else if (isBatch) reply(response, { status: 200, body: answers });
  else reply(response, answers[0] ?? { status: 500, body: null });
}

async function answerRead(
  account: Account,
  action: string,
  query: URLSearchParams,
  response: http.ServerResponse,
): Promise<void> {
  account.requests += 1;
  const { end, returnMs } = account.fates.ofRead();
  const body = await read(account, action, query);
  if (returnMs > 0) await pause(returnMs);
  if (end === 'lost') response.destroy();
  else reply(response, { status: end === 'unavailable' ? 503 : 200, body });
}

function read({ paper }: Account, action: string, query: URLSearchParams): Promise<unknown> {
  const symbol = query.get('symbol') ?? undefined;
  const required = symbol ?? '';
  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    'account-info': () => paper.fetchAccount(),
    instrument: () => paper.fetchInstrument(required),
    order: () => {
      const [clientOrderId, orderId] = [query.get('clientOrderId'), query.get('orderId')];
      return paper.fetchOrder({
        symbol: required,
        ...(clientOrderId !== null && { clientOrderId }),
        ...(orderId !== null && { orderId }),
      });
    },
    'open-orders': () => paper.fetchOpenOrders(symbol),
    positions: () => paper.fetchPositions(symbol),
    fills: () => paper.fetchFills(required, Number(query.get('since'))),
    time: () => paper.fetchServerTime(),
    'prices-now': () => paper.fetchPrices(required),
  };
  const found = reads[action];
  return found === undefined ? Promise.reject(new Error(`no ${action}`)) : found();
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += chunk;
  return text;
}

function reply(response: http.ServerResponse, { status, body }: WriteAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? null));
}
