/** The part of a WebSocket that is used here: browsers, `ws` and fakes all have it. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  /**
   * Text frames as the bytes that came, in place of `onmessage` once it is set. Only sockets have it that get them so: a
   * string of every frame costs more than what is done with it.
   */
  onbytes?: ((bytes: Uint8Array) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Opens a connection. Inject one to go through a proxy, or to test without a network. */
export type CreateWebSocket = (url: string) => WebSocketLike;
