import type { PriceFeed } from 'position-monitor';
import { createBinanceFeed } from 'position-monitor/binance';
import { symbolOf } from './seeded-monitor.js';

interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(): void;
}

/** Binance's feed on sockets that are handed their frames: what decoding costs, without a network. */
export class FrameFeed {
  readonly feed: PriceFeed;
  readonly #sockets: Socket[] = [];

  constructor() {
    this.feed = createBinanceFeed({
      fetchJson: null,
      allSymbolsFrom: Number.POSITIVE_INFINITY,
      createWebSocket: () => this.#open(),
    });
  }

  /** Where frames of mark prices come in. */
  get receive(): (frame: string) => void {
    const socket = this.#sockets.at(-1);
    if (socket?.onmessage == null) throw new Error('the feed has no open socket');
    const heard = socket.onmessage as (event: { readonly data: string }) => void;
    return (data) => heard({ data });
  }

  #open(): Socket {
    const socket: Socket = {
      ...{ onopen: null, onmessage: null, onclose: null, onerror: null },
      send: (command) => {
        const { id } = JSON.parse(command) as { readonly id: number };
        const answer = { data: JSON.stringify({ result: null, id }) };
        queueMicrotask(() => socket.onmessage?.(answer as never));
      },
      close: () => {},
    };
    this.#sockets.push(socket);
    queueMicrotask(() => socket.onopen?.({} as never));
    return socket;
  }
}

/** Mark prices as Binance writes them, each newer than the one before of its symbol. Flat strings. */
export function markPriceFrames(
  count: number,
  symbols: number,
  prices: Float64Array,
  firstTime: number,
): { readonly texts: readonly string[]; readonly bytes: readonly Buffer[] } {
  const bytes = Array.from({ length: count }, (_, index) => {
    const symbol = symbolOf(index % symbols);
    const time = firstTime + Math.floor(index / symbols);
    const price = (prices[index % prices.length] as number).toFixed(8);
    return Buffer.from(
      `{"e":"markPriceUpdate","E":${time},"s":"${symbol}","p":"${price}","P":"${price}","i":"${price}","r":"0.00038167","T":1562306400000}`,
    );
  });
  return { bytes, texts: bytes.map((one) => one.toString()) };
}
