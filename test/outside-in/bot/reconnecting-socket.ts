import WebSocket from 'ws';

export interface SocketEvents {
  message(data: unknown): void;
  up(isFirst: boolean): void;
  down(reason: string): void;
}

const RECONNECT_MS = 100;

/** A WebSocket that comes back by itself. */
export class ReconnectingSocket {
  readonly #url: string;
  readonly #events: SocketEvents;
  #socket: WebSocket | null = null;
  #isClosed = false;
  #wasUp = false;

  constructor(url: string, events: SocketEvents) {
    this.#url = url;
    this.#events = events;
  }

  /** Resolves when it is open for the first time; rejects when that fails. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url);
      this.#socket = socket;
      let isUp = false;
      socket.on('open', () => {
        isUp = true;
        this.#events.up(!this.#wasUp);
        this.#wasUp = true;
        resolve();
      });
      socket.on('message', (data) => this.#events.message(JSON.parse(`${data}`)));
      socket.on('error', reject);
      socket.on('close', () => {
        if (this.#isClosed || !isUp) {
          reject(new Error('closed'));
          return;
        }
        this.#events.down('the socket was closed');
        this.#again();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  #again(): void {
    setTimeout(() => {
      if (!this.#isClosed) this.open().catch(() => this.#again());
    }, RECONNECT_MS);
  }
}
