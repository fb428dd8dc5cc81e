import { describe, expect, it } from 'vitest';
import type { SymbolSettings } from '../../../../src/monitor/config/monitor-config.js';
import type { PriceStatusReport } from '../../../../src/ports/exchange-adapter.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const TRAIL: SymbolSettings = { trailingStop: { callbackPct: 5 } };
const LOCAL: SymbolSettings = { stopLossPct: 1, stopLossOrder: 'local' };

/** Prices that the exchange is asked for, and tells when the test says so. */
class SlowWitness {
  readonly #bench: ExitBench;
  #waiting: ((rows: readonly PriceStatusReport[]) => void)[] = [];

  constructor(bench: ExitBench) {
    this.#bench = bench;
    bench.core.exchange.fetchPrices = () =>
      new Promise((resolve) => {
        this.#waiting.push(resolve);
      });
  }

  get asked(): number {
    return this.#waiting.length;
  }

  async answer(percent: number): Promise<void> {
    const { core } = this.#bench;
    const price = this.#bench.text(percent);
    const row: PriceStatusReport = { source: 'LAST', price, time: core.clock.now() };
    for (const resolve of this.#waiting.splice(0)) resolve([row]);
    await core.settle();
  }
}

/** A position whose last price is the entry, and an exchange that takes its time to tell prices. */
async function holding(
  side: 'LONG' | 'SHORT',
  settings: SymbolSettings,
): Promise<{ readonly bench: ExitBench; readonly witness: SlowWitness }> {
  const bench = await ExitBench.holding(side, settings, { live: true });
  await bench.rest(100);
  return { bench, witness: new SlowWitness(bench) };
}

function lastPrice(bench: ExitBench): string | null | undefined {
  return bench.core.monitor.positions()[0]?.lastPrice;
}

describe.each(SIDES)('an answer of the exchange about prices of a %s', (side) => {
  it('raises no trail when the feed has told a newer price', async () => {
    const { bench, witness } = await holding(side, TRAIL);
    /** Too far to be believed at once. */
    await bench.tick(15);
    expect(witness.asked).toBe(1);
    await bench.rest(50);
    await bench.tick(0.5);
    await witness.answer(2);
    expect(lastPrice(bench)).toBe(bench.text(0.5));
    expect(bench.tranche.trail?.peak).toBe(bench.text(0.5));
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.behind(0.5, 5)}`]);
  });

  it('hits no stop when the feed has told a newer price', async () => {
    const { bench, witness } = await holding(side, LOCAL);
    await bench.tick(-15);
    expect(witness.asked).toBe(1);
    await bench.rest(50);
    await bench.tick(0.5);
    await witness.answer(-3);
    await bench.rest(2_000);
    expect(lastPrice(bench)).toBe(bench.text(0.5));
    expect(bench.core.named('trigger:hit')).toEqual([]);
    expect(bench.isOpen).toBe(true);
    /** And the stop is guarded as before. */
    await bench.tick(-1);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('takes no level, reaches no breakeven and arms nothing with such a price', async () => {
    const { bench, witness } = await holding(side, {
      takeProfitPct: 2,
      takeProfitOrder: 'local',
      stopLossPct: 5,
      breakeven: { activationPct: 1 },
      trailingStop: { activationPct: 1, callbackPct: 1 },
    });
    bench.core.feed.disconnect();
    bench.core.feed.reconnect();
    await bench.core.settle();
    expect(witness.asked).toBe(1);
    await bench.rest(50);
    await bench.tick(0.5);
    await witness.answer(3);
    await bench.rest(2_000);
    expect(lastPrice(bench)).toBe(bench.text(0.5));
    expect(bench.tranche).toMatchObject({ breakevenReached: false, trail: null, state: 'OPEN' });
    expect(bench.stop).toBe(bench.text(-5));
  });

  it('is the price when the feed has told none since', async () => {
    const { bench, witness } = await holding(side, TRAIL);
    await bench.tick(0.5);
    await bench.rest(50);
    bench.core.feed.disconnect();
    bench.core.feed.reconnect();
    await bench.core.settle();
    await bench.rest(50);
    await witness.answer(2);
    expect(lastPrice(bench)).toBe(bench.text(2));
    expect(bench.tranche.trail?.peak).toBe(bench.text(2));
  });

  it('hits the stop when the feed has told none since', async () => {
    const { bench, witness } = await holding(side, LOCAL);
    bench.core.feed.disconnect();
    bench.core.feed.reconnect();
    await bench.core.settle();
    await witness.answer(-3);
    await bench.rest(100);
    expect(bench.closed).toEqual(['stop-loss']);
  });
});
