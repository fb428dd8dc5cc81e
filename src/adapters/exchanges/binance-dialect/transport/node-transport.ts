import {
  REQUEST_TIMEOUT_MS,
  REST_BODY_BYTES_MAX,
  REST_IDLE_MS,
  REST_IDLE_SOCKETS_MAX,
  REST_SOCKETS_MAX,
} from '../../../../limits.js';
import type { Clock } from '../../../../ports/clock.js';
import type { HttpRequest, HttpResult, HttpTransport } from '../http-transport.js';
import { nodeBuiltin } from './node-builtin.js';

type ClientRequest = import('node:http').ClientRequest;
type IncomingMessage = import('node:http').IncomingMessage;
type HttpAgent = import('node:http').Agent;
type Socket = import('node:net').Socket;

export interface NodeTransportOptions {
  readonly clock: Clock;
  /** A longer answer is broken off, bytes. */
  readonly bodyBytesMax?: number;
  /** Stands in for our own agent, e.g. to go through a proxy. It is not closed with the transport. */
  readonly agent?: HttpAgent;
}

/**
 * Requests through Node's own client with kept-alive connections.
 *
 * A connection that failed to come about is `not-sent`: Node writes nothing until it stands. Everything else is
 * `no-answer`: time that is over, and a kept-alive connection that the exchange closed meanwhile, since nobody can tell
 * how far the request came.
 */
export function createNodeTransport(options: NodeTransportOptions): HttpTransport {
  const { clock, bodyBytesMax = REST_BODY_BYTES_MAX } = options;
  const http = nodeBuiltin('node:http');
  const https = nodeBuiltin('node:https');
  const settings = {
    keepAlive: true,
    maxSockets: REST_SOCKETS_MAX,
    maxFreeSockets: REST_IDLE_SOCKETS_MAX,
    timeout: REST_IDLE_MS,
  };
  const agents = new Map<string, HttpAgent>();
  const inFlight = new Set<ClientRequest>();
  let closed = false;

  function agentFor(protocol: string): HttpAgent | undefined {
    if (options.agent) return options.agent;
    const Agent = protocol === 'https:' ? https?.Agent : http?.Agent;
    const agent = agents.get(protocol) ?? (Agent && new Agent(settings));
    if (agent) agents.set(protocol, agent);
    return agent;
  }

  /** What may throw: a malformed address or header, before anything was opened. */
  function open(request: HttpRequest): ClientRequest | null {
    const url = new URL(request.url);
    const client = url.protocol === 'https:' ? https : http;
    const agent = agentFor(url.protocol);
    if (!client) return null;
    return client.request(url, {
      method: request.method,
      headers: {
        ...request.headers,
        ...(request.body === undefined
          ? {}
          : { 'content-length': String(new TextEncoder().encode(request.body).byteLength) }),
      },
      ...(agent ? { agent } : {}),
    });
  }

  function send(request: HttpRequest): Promise<HttpResult> {
    if (closed) return Promise.resolve(notSent('the transport is closed'));
    let message: ClientRequest | null;
    try {
      message = open(request);
    } catch (error) {
      return Promise.resolve(notSent(`the request is malformed (${codeOf(error)})`));
    }
    if (message === null) return Promise.resolve(notSent('this runtime has no HTTP client'));
    const sent = message;
    inFlight.add(sent);
    return follow(sent, request, clock, bodyBytesMax).finally(() => inFlight.delete(sent));
  }

  return {
    send,
    async warmUp(url) {
      if (closed) return;
      await send({ method: 'GET', url, headers: {}, timeoutMs: REQUEST_TIMEOUT_MS });
    },
    async close() {
      closed = true;
      for (const message of inFlight) message.destroy(new Error('the transport is closed'));
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/** How far the connection of a request is known to be. Nothing is written before it is `open`. */
type Progress = 'unseen' | 'opening' | 'open';

/** Writes the request and waits for its end, whichever it is. */
function follow(
  message: ClientRequest,
  request: HttpRequest,
  clock: Clock,
  bodyBytesMax: number,
): Promise<HttpResult> {
  return new Promise((resolve) => {
    let settled = false;
    let answering = false;
    let progress: Progress = 'unseen';
    const timer = clock.setTimer(
      () => end({ kind: 'no-answer', detail: `no answer within ${request.timeoutMs} ms` }),
      request.timeoutMs,
    );

    function end(result: HttpResult): void {
      if (settled) return;
      settled = true;
      clock.clearTimer(timer);
      resolve(result);
      if (result.kind !== 'answer') message.destroy();
    }
    /** Only the system's own word that no connection came about proves that nothing left. */
    function fail(detail: string, error?: unknown): void {
      const proven =
        (progress === 'opening' && hasCode(error)) ||
        (progress === 'unseen' && isConnectError(error));
      end(proven ? notSent(detail) : { kind: 'no-answer', detail });
    }

    message.on('socket', (socket) => {
      progress = isOpening(socket) ? 'opening' : 'open';
      if (progress === 'opening')
        socket.once(isEncrypted(socket) ? 'secureConnect' : 'connect', () => {
          progress = 'open';
        });
    });
    message.on('error', (error) => fail(`the connection failed (${codeOf(error)})`, error));
    /** With an answer under way it is the answer that ends: its last bytes may still be waiting to be read. */
    message.on('close', () => {
      if (!answering) fail('the connection was closed');
    });
    message.on('response', (response) => {
      answering = true;
      progress = 'open';
      readBody(response, bodyBytesMax, end);
    });
    message.end(request.body);
  });
}

/** A connection that is taken over from an earlier request stands already. */
function isOpening(socket: Socket): boolean {
  const { secureConnecting } = socket as { readonly secureConnecting?: boolean };
  return socket.connecting === true || secureConnecting === true;
}

function isEncrypted(socket: Socket): boolean {
  return (socket as { readonly encrypted?: boolean }).encrypted === true;
}

function isConnectError(error: unknown): boolean {
  const syscall = (error as { readonly syscall?: unknown } | undefined)?.syscall;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function readBody(
  response: IncomingMessage,
  bodyBytesMax: number,
  end: (result: HttpResult) => void,
): void {
  const chunks: Uint8Array[] = [];
  let length = 0;
  response.on('data', (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length > bodyBytesMax) end({ kind: 'no-answer', detail: 'the answer was too long' });
    else chunks.push(chunk);
  });
  response.on('error', (error) =>
    end({ kind: 'no-answer', detail: `the answer broke off (${codeOf(error)})` }),
  );
  response.on('close', () => end({ kind: 'no-answer', detail: 'the answer broke off' }));
  response.on('end', () => {
    if (!response.complete) {
      end({ kind: 'no-answer', detail: 'the answer broke off' });
      return;
    }
    end({
      kind: 'answer',
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      body: decode(chunks, length),
    });
  });
}

function decode(chunks: readonly Uint8Array[], length: number): string {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}

function headersOf(response: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function hasCode(error: unknown): boolean {
  return codeOf(error) !== NO_CODE;
}

const NO_CODE = 'no code';

/** The code alone: messages of the client may hold the address, and the address holds a signature. */
function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : NO_CODE;
}

function notSent(detail: string): HttpResult {
  return { kind: 'not-sent', detail };
}
