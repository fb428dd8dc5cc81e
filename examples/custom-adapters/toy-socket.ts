/** The part of a WebSocket that the feed needs. */
export interface TextSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

/** The other end, in memory: stands for the exchange's stream, and does what the contract suite asks of it. */
export class ToyStream {
  readonly #subscribed = new Set<string>();
  #socket: TextSocket | null = null;

  /** Dials; the socket opens in a later turn, as real ones do. */
  dial(): TextSocket {
    const socket: TextSocket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => this.#take(JSON.parse(text)),
      close: () => this.drop(),
    };
    this.#socket = socket;
    queueMicrotask(() => socket.onopen?.());
    return socket;
  }

  publish(symbol: string, price: number, timeMs: number): void {
    if (!this.#subscribed.has(symbol)) return;
    this.#socket?.onmessage?.({ data: JSON.stringify({ m: symbol, p: String(price), t: timeMs }) });
  }

  /** The connection breaks; whoever wants prices dials and subscribes again. */
  drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#subscribed.clear();
    socket?.onclose?.();
  }

  #take({ subscribe, unsubscribe }: { subscribe?: string; unsubscribe?: string }): void {
    if (subscribe !== undefined) this.#subscribed.add(subscribe);
    if (unsubscribe !== undefined) this.#subscribed.delete(unsubscribe);
  }
}
