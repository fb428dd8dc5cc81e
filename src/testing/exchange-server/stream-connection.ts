import type { WebSocket } from 'ws';

/** Where a connection came in. `lost`: it is taken and acknowledged, and nothing is ever pushed. */
export type StreamRoute = 'public' | 'market' | 'private' | 'all' | 'lost';

/** What a path means. */
export interface StreamPath {
  readonly route: StreamRoute;
  /** Payloads come as `{stream, data}`. */
  readonly isCombined: boolean;
  readonly streams: readonly string[];
  /** Events that are asked for by `events=`; `null` = all. */
  readonly events: readonly string[] | null;
}

/** Reads the address of a stream. Paths that the exchange does not know lead nowhere, but are taken. */
export function readStreamPath(
  url: string,
  splitRoutes: boolean,
  legacyPaths: boolean,
): StreamPath {
  const { pathname, searchParams } = new URL(url, 'ws://loopback');
  const parts = /^(?:\/(public|market|private))?\/(ws|stream)(?:\/(.*))?$/.exec(pathname);
  const prefix = parts?.[1] as StreamRoute | undefined;
  const named = (parts?.[3] ?? '').split('/').filter((name) => name !== '');
  const asked = (searchParams.get('streams') ?? '').split('/').filter((name) => name !== '');
  const key = searchParams.get('listenKey');
  const events = searchParams.get('events');
  return {
    route: parts === null ? 'lost' : routeOf(prefix, splitRoutes, legacyPaths),
    isCombined: parts?.[2] === 'stream',
    streams: [...named, ...asked, ...(key === null ? [] : [key])],
    events: events === null ? null : events.split('/'),
  };
}

function routeOf(
  prefix: StreamRoute | undefined,
  splitRoutes: boolean,
  legacyPaths: boolean,
): StreamRoute {
  if (!splitRoutes) return prefix === undefined ? 'all' : 'lost';
  return prefix ?? (legacyPaths ? 'all' : 'lost');
}

/** One WebSocket and what it listens to. */
export class StreamConnection {
  readonly path: StreamPath;
  readonly streams: Set<string>;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, path: StreamPath) {
    this.#socket = socket;
    this.path = path;
    this.streams = new Set(path.streams);
  }

  /** Pushes a payload of a stream, if this connection gets it. */
  push(stream: string, kind: Exclude<StreamRoute, 'all' | 'lost'>, data: unknown): void {
    const { route, isCombined } = this.path;
    if ((route !== 'all' && route !== kind) || !this.streams.has(stream)) return;
    this.send(isCombined ? { stream, data } : data);
  }

  send(message: unknown): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Ends it with a word; `cut` ends it without one. */
  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  cut(): void {
    this.#socket.terminate();
  }
}
