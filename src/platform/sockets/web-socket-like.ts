/** The part of a WebSocket that is used here: browsers, `ws` and fakes all have it. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Opens a connection. Inject one to go through a proxy, or to test without a network. */
export type CreateWebSocket = (url: string) => WebSocketLike;
