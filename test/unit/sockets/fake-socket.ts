import type {
  CreateWebSocket,
  WebSocketLike,
} from '../../../src/platform/sockets/web-socket-like.js';

/** A socket whose other end the test holds. */
export class FakeSocket implements WebSocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: string;
  readonly sent: string[] = [];
  isOpen = false;
  isClosed = false;
  onSend: ((data: string) => void) | null = null;

  constructor(url: string) {
    this.url = url;
  }

  send(data: string): void {
    if (!this.isOpen) throw new Error('not open');
    this.sent.push(data);
    this.onSend?.(data);
  }

  close(): void {
    this.isOpen = false;
    this.isClosed = true;
  }

  open(): void {
    if (this.isClosed) return;
    this.isOpen = true;
    this.onopen?.({} as never);
  }

  /** A frame from the other end, even on a socket that is closed on this one. */
  deliver(data: unknown): void {
    const event = { data: typeof data === 'string' ? data : JSON.stringify(data) };
    this.onmessage?.(event as never);
  }

  /** The other end goes. */
  drop(code = 1006): void {
    this.isOpen = false;
    this.isClosed = true;
    this.onclose?.({ code } as never);
  }

  fail(): void {
    this.onerror?.({} as never);
    this.drop();
  }
}

/** Keeps every socket that was made. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];
  onCreate: ((socket: FakeSocket) => void) | null = null;

  readonly create: CreateWebSocket = (url) => {
    const socket = new FakeSocket(url);
    this.all.push(socket);
    this.onCreate?.(socket);
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.all.at(-1);
    if (socket === undefined) throw new Error('no socket was made');
    return socket;
  }

  get alive(): readonly FakeSocket[] {
    return this.all.filter(({ isClosed }) => !isClosed);
  }
}
