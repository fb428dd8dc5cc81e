import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../../errors/config-error.js';
import {
  PAGE_CONNECTIONS_MAX,
  PAGE_HEADER_BYTES_MAX,
  PAGE_REQUEST_MS,
  PAGE_SILENCE_MAX_MS,
} from '../../limits.js';
import { hostText, type ListenAddress } from './listen-address.js';
import type { PageAccess } from './page-access.js';

/** What a path answers. `send` writes the whole answer of a GET; a HEAD gets the same without its body. */
export type PageRoute = (request: PageRequest, response: ServerResponse) => void | Promise<void>;

export interface PageRequest {
  readonly url: URL;
  readonly isHead: boolean;
  readonly headers: IncomingMessage['headers'];
}

export interface PageServerOptions {
  readonly address: ListenAddress;
  readonly access: PageAccess;
  readonly routes: ReadonlyMap<string, PageRoute>;
  /** Something in here failed; the monitor goes on. */
  readonly onFault: (error: unknown) => void;
}

/** On every answer. A page's own policy replaces the one that allows nothing. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Serves pages that show and never act: nothing but GET and HEAD is answered. */
export class PageServer {
  readonly #options: PageServerOptions;
  readonly #server: Server;

  constructor(options: PageServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        maxHeaderSize: PAGE_HEADER_BYTES_MAX,
        requestTimeout: PAGE_REQUEST_MS,
        headersTimeout: PAGE_REQUEST_MS,
        keepAliveTimeout: PAGE_REQUEST_MS,
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = PAGE_CONNECTIONS_MAX;
    // Whoever reads nothing and says nothing is gone.
    this.#server.setTimeout(PAGE_SILENCE_MAX_MS);
  }

  /**
   * @returns where it listens, as an address for a browser
   * @throws ConfigError `CONFIG_INVALID` when the address cannot be had
   */
  async listen(): Promise<string> {
    const { address, onFault } = this.#options;
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(notFree(address, cause)));
      server.listen(address.port, address.host, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', onFault);
    return `http://${hostText(address)}:${this.port}/`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.address.port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // Whoever goes away while being answered is no fault of ours.
    response.on('error', () => {});
    try {
      const refused = this.#refusal(request);
      if (refused !== null) {
        refuse(response, refused);
        return;
      }
      const url = new URL(`http://page${request.url ?? '/'}`);
      if (url.pathname === '/' && this.#admit(url, response)) return;
      if (!this.#options.access.allows(request)) {
        refuse(response, UNKNOWN_READER);
        return;
      }
      const route = this.#options.routes.get(url.pathname);
      if (route === undefined) {
        refuse(response, { status: 404, text: 'There is no such page.' });
        return;
      }
      const isHead = request.method === 'HEAD';
      await route({ url, isHead, headers: request.headers }, response);
    } catch (error) {
      this.#options.onFault(error);
      if (response.headersSent) response.destroy();
      else refuse(response, { status: 500, text: 'It failed; the monitor goes on.' });
    }
  }

  #refusal({ method, url, headers }: IncomingMessage): Refusal | null {
    // A name that somebody else points at this machine must not open what is meant for this machine alone.
    if (this.#options.address.isLoopback && !this.#isOurName(headers.host)) {
      return { status: 421, text: 'This name is not served here.' };
    }
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, text: 'Nothing here can act.', headers: { Allow: 'GET, HEAD' } };
    }
    if (!(url ?? '').startsWith('/')) return { status: 400, text: 'A path is expected.' };
    // Other pages may lead here, but neither load nor listen.
    const isForeign = headers['sec-fetch-site'] === 'cross-site';
    if (isForeign && headers['sec-fetch-mode'] !== 'navigate') {
      return { status: 403, text: 'Other pages may not load this.' };
    }
    return null;
  }

  #isOurName(host: string | undefined): boolean {
    // Any port: a tunnel has one of its own at its other end.
    const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
    return [...LOOPBACK_NAMES, hostText(this.#options.address)].includes(name);
  }

  /** `/?token=…`: the token becomes a cookie, and leaves the address at once. */
  #admit(url: URL, response: ServerResponse): boolean {
    const token = url.searchParams.get('token');
    if (token === null) return false;
    const cookie = this.#options.access.cookieFor(token);
    if (cookie === null) {
      refuse(response, UNKNOWN_READER);
    } else {
      response.writeHead(303, { Location: '/', 'Set-Cookie': cookie, 'Content-Length': 0 }).end();
    }
    return true;
  }
}

/** Sends a whole answer. */
export function send(
  response: ServerResponse,
  { isHead }: Pick<PageRequest, 'isHead'>,
  answer: { readonly status?: number; readonly type: string; readonly text: string },
): void {
  const body = Buffer.from(answer.text, 'utf8');
  response.writeHead(answer.status ?? 200, {
    'Content-Type': answer.type,
    'Content-Length': body.length,
  });
  response.end(isHead ? undefined : body);
}

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNKNOWN_READER: Refusal = {
  status: 401,
  text: 'A token is needed: "Authorization: Bearer …", or open /?token=… once in a browser.',
  headers: { 'WWW-Authenticate': 'Bearer realm="position-monitor"' },
};

/** What may still come of the request is not read. */
export function refuse(response: ServerResponse, { status, text, headers }: Refusal): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function notFree(address: ListenAddress, cause: NodeJS.ErrnoException): ConfigError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'one that is in use',
    EACCES: 'one that this user may not open',
    EADDRNOTAVAIL: 'one that this machine does not have',
  };
  return new ConfigError('CONFIG_INVALID', `Option --listen ${hostText(address)}:${address.port}`, {
    expected: 'an address that can be had',
    received: why[`${cause.code}`] ?? cause.message,
    cause,
  });
}
