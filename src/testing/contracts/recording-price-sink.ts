import type { PriceSource } from '../../model/price.js';
import type { PriceSink } from '../../ports/price-feed.js';

export interface RecordedTick {
  readonly symbol: string;
  readonly source: PriceSource;
  readonly price: number;
  readonly exchangeTimeMs: number;
  readonly receivedAtMonotonicMs: number;
}

/** Keeps everything that a feed pushes, in order. */
export class RecordingPriceSink implements PriceSink {
  readonly ticks: RecordedTick[] = [];
  readonly connections: ('connected' | 'disconnected' | 'reconnected')[] = [];
  readonly staleSymbols: Map<string, boolean> = new Map();
  readonly gaps: string[] = [];
  /** Called with each tick after it was kept; may throw. */
  onTick: ((tick: RecordedTick) => void) | null = null;

  tick(
    symbol: string,
    source: PriceSource,
    price: number,
    exchangeTimeMs: number,
    receivedAtMonotonicMs: number,
  ): void {
    const tick = { symbol, source, price, exchangeTimeMs, receivedAtMonotonicMs };
    this.ticks.push(tick);
    this.onTick?.(tick);
  }

  connection(state: 'connected' | 'disconnected' | 'reconnected'): void {
    this.connections.push(state);
  }

  staleness(symbol: string, stale: boolean): void {
    this.staleSymbols.set(symbol, stale);
  }

  gap(symbol: string): void {
    this.gaps.push(symbol);
  }

  /** Prices of one symbol and source, in order. */
  pricesOf(symbol: string, source: PriceSource): readonly number[] {
    return this.ticks
      .filter((tick) => tick.symbol === symbol && tick.source === source)
      .map(({ price }) => price);
  }
}
