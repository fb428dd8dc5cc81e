import type { PriceSource } from '../../../model/price.js';
import type { Logger } from '../../../ports/logger.js';
import type { PriceSink } from '../../../ports/price-feed.js';

/** Passes on until it is closed. A listener that throws breaks its own contract; no later price is to pay for it. */
export class SafeSink {
  readonly #logger: Logger;
  #sink: PriceSink | null;
  #wasUp = false;

  constructor(sink: PriceSink, logger: Logger) {
    this.#sink = sink;
    this.#logger = logger;
  }

  tick(
    symbol: string,
    source: PriceSource,
    price: number,
    exchangeTimeMs: number,
    receivedAtMonotonicMs: number,
  ): void {
    try {
      this.#sink?.tick(symbol, source, price, exchangeTimeMs, receivedAtMonotonicMs);
    } catch (error) {
      this.#report(error);
    }
  }

  up(): void {
    const state = this.#wasUp ? 'reconnected' : 'connected';
    this.#wasUp = true;
    this.#tell((sink) => sink.connection(state));
  }

  down(reason: string): void {
    this.#tell((sink) => sink.connection('disconnected', reason));
  }

  staleness(symbol: string, stale: boolean): void {
    this.#tell((sink) => sink.staleness(symbol, stale));
  }

  gap(symbol: string, reason: string): void {
    this.#tell((sink) => sink.gap(symbol, reason));
  }

  close(): void {
    this.#sink = null;
  }

  #tell(what: (sink: PriceSink) => void): void {
    if (this.#sink === null) return;
    try {
      what(this.#sink);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#logger.error({ error: String(error) }, 'A listener of the price feed threw');
  }
}
