import {
  SOCKET_CLOSE_WITHIN_MS,
  SOCKET_FRAME_BYTES_MAX,
  STREAM_OPEN_WITHIN_MS,
} from '../../limits.js';
import type { CreateWebSocket, WebSocketLike } from './web-socket-like.js';

/** What the constructors of browsers and of `ws` have in common, and what tells them apart. */
interface WebSocketConstructor {
  new (url: string, protocols?: readonly string[], options?: object): WebSocketLike;
  /** Only `ws` has it. */
  readonly WebSocketServer?: unknown;
}

/** What `ws` is besides: an emitter of Node. */
interface Emitter {
  on?(event: 'error', listener: () => void): unknown;
  on?(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
}

/**
 * The WebSocket of this runtime: `ws` in Node, the built-in one in browsers.
 *
 * Loaded on first use, because `ws` costs more to load than everything else together, and whoever injects a socket of
 * their own does not need it.
 */
export async function defaultWebSocket(): Promise<CreateWebSocket> {
  // Only the default import is the constructor in Node and in browsers alike.
  const { default: loaded } = await import('isomorphic-ws');
  return webSocketFrom(loaded as unknown as WebSocketConstructor);
}

/** @param Constructor a browser's WebSocket or that of `ws` */
export function webSocketFrom(Constructor: WebSocketConstructor): CreateWebSocket {
  // A browser takes protocols only, and refuses anything after them.
  if (Constructor.WebSocketServer === undefined) return (url) => new Constructor(url);
  return (url) => {
    const socket = new Constructor(url, [], OPTIONS);
    const emitter = socket as Emitter;
    if (emitter.on === undefined) return socket;
    // For good: a socket that is closed while it connects tells an error after its owner has let go of it.
    emitter.on('error', () => {});
    socket.onbytes = null;
    emitter.on('message', (data, isBinary) => {
      if (!isBinary)
        socket.onbytes?.(data instanceof Uint8Array ? data : ENCODER.encode(`${data}`));
    });
    return socket;
  };
}

/** For stand-ins of `ws` that give text frames as text. */
const ENCODER = new TextEncoder();

const OPTIONS = {
  handshakeTimeout: STREAM_OPEN_WITHIN_MS,
  closeTimeout: SOCKET_CLOSE_WITHIN_MS,
  maxPayload: SOCKET_FRAME_BYTES_MAX,
  // Costs more time per frame than it saves on the wire.
  perMessageDeflate: false,
};
