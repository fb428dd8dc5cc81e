import { describe, test } from 'vitest';
import { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../src/adapters/exchanges/paper/paper-exchange-options.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { ExchangeSink, OrderOutcome } from '../../src/ports/exchange-adapter.js';
import { exchangeContract } from '../../src/testing/contracts/exchange-contract.js';
import type { ExchangeHarness } from '../../src/testing/contracts/exchange-harness.js';

const LATENCY_MS = 40;
const SYMBOL = 'BTCUSDT';

class PaperHarness implements ExchangeHarness {
  readonly symbol = SYMBOL;
  readonly quantity = '0.12';
  readonly unevenQuantity = '0.1234';
  readonly prices = { low: '44000', start: '45000', high: '46000' };
  readonly adapter: PaperExchange;
  readonly #clock = new VirtualClock();
  readonly #latencyMs: number;

  constructor(options: Partial<PaperExchangeOptions>) {
    this.#latencyMs = options.latencyMs ?? 0;
    this.adapter = new PaperExchange({
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
      clock: this.#clock,
      ...options,
    });
  }

  setPrice(price: string): void {
    this.adapter.acceptPrice(SYMBOL, 'LAST', Number(price), this.#clock.now());
  }

  now(): number {
    return this.#clock.now();
  }

  settle<Result>(call: Promise<Result>): Promise<Result> {
    this.#clock.advanceBy(this.#latencyMs);
    return call;
  }

  drain(): Promise<void> {
    this.#clock.advanceBy(this.#latencyMs);
    return Promise.resolve();
  }

  async loseReply(send: () => Promise<OrderOutcome>): Promise<OrderOutcome> {
    const outcome = send();
    this.#clock.advanceBy(this.#latencyMs / 2);
    await this.adapter.close();
    return outcome;
  }

  async reopen(sink: ExchangeSink): Promise<PaperExchange> {
    await this.adapter.connect(sink);
    return this.adapter;
  }

  interruptStream(): void {
    this.adapter.interruptStream();
    this.adapter.resumeStream();
  }

  fillInParts(): void {}

  cleanup(): Promise<void> {
    return this.adapter.close();
  }
}

const variants: readonly [string, Partial<PaperExchangeOptions>][] = [
  ['hedge mode, ideal', {}],
  ['one-way mode, ideal', { positionMode: 'one-way' }],
  ['hedge mode with latency', { latencyMs: LATENCY_MS }],
  [
    'one-way mode, lookup of instruments',
    {
      positionMode: 'one-way',
      instruments: (symbol) => Promise.resolve({ symbol, tickSize: '0.1', stepSize: '0.001' }),
    },
  ],
];

describe.each(variants)('paper exchange, %s', (_name, options) => {
  exchangeContract({
    test,
    skip: (name, reason) => test.skip(`${name} (${reason})`, () => {}),
    factory: (id) =>
      new PaperHarness({
        ...options,
        ...(id === 'EX-06' && { partialFills: { marketParts: 3 } }),
      }),
    ...(options.latencyMs === undefined && {
      skips: { 'EX-04': 'without latency there is no moment at which a reply can be lost' },
    }),
  });
});
