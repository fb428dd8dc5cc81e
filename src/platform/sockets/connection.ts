import type { Clock } from '../../ports/clock.js';
import { receptionTime } from './reception-time.js';
import type { CreateWebSocket, WebSocketLike } from './web-socket-like.js';

/** What one connection tells. Nothing follows `onLost`, and nothing at all follows `dispose()`. */
export interface ConnectionEvents {
  readonly onOpen: (connection: Connection) => void;
  readonly onMessage: (connection: Connection, data: string, receivedAt: number) => void;
  /** Absent: whoever listens wants text. */
  readonly onBytes: ((connection: Connection, data: Uint8Array, receivedAt: number) => void) | null;
  readonly onLost: (connection: Connection, reason: string) => void;
}

export interface ConnectionOptions extends ConnectionEvents {
  readonly url: () => Promise<string> | string;
  readonly clock: Clock;
  readonly createWebSocket: CreateWebSocket;
  /** It must be open after this, ms. */
  readonly openWithinMs: number;
}

/** One socket from its address to its end. A late event of a socket that was let go never counts. */
export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocketLike | null = null;
  #state: 'connecting' | 'open' | 'over' = 'connecting';
  #deadline: unknown;
  /** Whether it was open once. */
  wasOpen = false;
  /** Monotonic ms; meaningful once open. */
  openedAt = 0;
  /** Last frame that proved something, monotonic ms. */
  heardAt = 0;
  /** Whether a frame proved that it delivers. */
  hasDelivered = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#deadline = options.clock.setTimer(
      () => this.#lose('it did not open in time'),
      options.openWithinMs,
    );
    void this.#connect();
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  send(data: string): boolean {
    if (this.#state !== 'open' || this.#socket === null) return false;
    try {
      this.#socket.send(data);
      return true;
    } catch {
      return false;
    }
  }

  dispose(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#options.clock.clearTimer(this.#deadline);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) letGo(socket);
  }

  async #connect(): Promise<void> {
    try {
      const url = await this.#options.url();
      // A newer attempt may have taken its place while the address was asked for.
      if (this.#state !== 'over') this.#listen(this.#options.createWebSocket(url));
    } catch {
      // The cause may quote the address, which may hold a key.
      this.#lose('no connection could be made');
    }
  }

  #listen(socket: WebSocketLike): void {
    const { clock } = this.#options;
    this.#socket = socket;
    socket.onopen = () => {
      if (this.#socket !== socket || this.#state !== 'connecting') return;
      this.#state = 'open';
      clock.clearTimer(this.#deadline);
      this.wasOpen = true;
      this.openedAt = clock.monotonic();
      this.heardAt = this.openedAt;
      this.#options.onOpen(this);
    };
    this.#listenForFrames(socket);
    socket.onclose = (event: { readonly code?: unknown }) => {
      if (this.#socket !== socket) return;
      this.#lose(typeof event?.code === 'number' ? `closed with code ${event.code}` : 'closed');
    };
    socket.onerror = () => {
      if (this.#socket === socket) this.#lose('the connection failed');
    };
  }

  #listenForFrames(socket: WebSocketLike): void {
    const { clock, onMessage, onBytes } = this.#options;
    const receivedAt = receptionTime(clock);
    const hearBytes = (data: Uint8Array): void => {
      if (this.#socket === socket && this.#state === 'open') onBytes?.(this, data, receivedAt());
    };
    if (onBytes !== null && socket.onbytes !== undefined) {
      socket.onbytes = hearBytes;
      return;
    }
    socket.onmessage = ({ data }: { readonly data?: unknown }) => {
      if (data instanceof Uint8Array) hearBytes(data);
      if (typeof data !== 'string' || this.#socket !== socket || this.#state !== 'open') return;
      onMessage(this, data, receivedAt());
    };
  }

  #lose(reason: string): void {
    if (this.#state === 'over') return;
    this.dispose();
    this.#options.onLost(this, reason);
  }
}

const NOTHING = (): void => {};

/** Closes it. Its listeners become empty instead of none: an error without a listener may end the process. */
function letGo(socket: WebSocketLike): void {
  socket.onopen = NOTHING;
  socket.onmessage = NOTHING;
  if (socket.onbytes !== undefined) socket.onbytes = NOTHING;
  socket.onclose = NOTHING;
  socket.onerror = NOTHING;
  try {
    socket.close();
  } catch {
    // It is gone already.
  }
}
