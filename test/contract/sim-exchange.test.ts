import { describe, test } from 'vitest';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { ExchangeSink, OrderOutcome } from '../../src/ports/exchange-adapter.js';
import {
  type ExchangeCardId,
  exchangeContract,
} from '../../src/testing/contracts/exchange-contract.js';
import type { ExchangeHarness } from '../../src/testing/contracts/exchange-harness.js';
import { runFor, runUntil } from '../../src/testing/run-time.js';
import { SimExchange } from '../../src/testing/sim/sim-exchange.js';
import type { SimExchangeOptions } from '../../src/testing/sim/sim-exchange-options.js';
import { SIM_PROFILES, type SimProfile } from '../../src/testing/sim/sim-profile.js';

const SYMBOL = 'BTCUSDT';
const LATENCY_MS = 20;

class SimHarness implements ExchangeHarness {
  readonly symbol = SYMBOL;
  readonly quantity = '0.12';
  readonly unevenQuantity = '0.1234';
  readonly prices = { low: '44000', start: '45000', high: '46000' };
  readonly adapter: SimExchange;
  readonly #clock = new VirtualClock();

  constructor(options: Pick<SimExchangeOptions, 'profile' | 'positionMode'>) {
    this.adapter = new SimExchange({
      ...options,
      clock: this.#clock,
      latencyMs: LATENCY_MS,
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
    });
  }

  setPrice(price: string): void {
    this.adapter.setPrice(SYMBOL, price);
  }

  now(): number {
    return this.#clock.now();
  }

  settle<Result>(call: Promise<Result>): Promise<Result> {
    return runUntil(this.#clock, call);
  }

  drain(): Promise<void> {
    return runFor(this.#clock, 2 * LATENCY_MS);
  }

  loseReply(send: () => Promise<OrderOutcome>): Promise<OrderOutcome> {
    this.adapter.script.loseNextReply('entry');
    return this.settle(send());
  }

  async reopen(sink: ExchangeSink): Promise<SimExchange> {
    await this.adapter.connect(sink);
    return this.adapter;
  }

  async interruptStream(): Promise<void> {
    this.adapter.script.disconnectFor(1_000);
    await runFor(this.#clock, 1_000);
  }

  fillInParts(): void {
    this.adapter.script.fillNextInParts(3);
  }
}

const NO_IDS = 'the profile stands for exchanges that take any id twice (clientIds)';

for (const profile of Object.values<SimProfile>(SIM_PROFILES)) {
  describe.each(profile.positionModes)(`simulated exchange, ${profile.name}, %s mode`, (mode) => {
    const skips: Partial<Record<ExchangeCardId, string>> =
      profile.clientIds === 'none' ? { 'EX-02': NO_IDS } : {};
    exchangeContract({
      test,
      skip: (name, reason) => test.skip(`${name} (${reason})`, () => {}),
      factory: () => new SimHarness({ profile: profile.name, positionMode: mode }),
      skips,
    });
  });
}
