import { describe, expect, it } from 'vitest';
import { FUNDING_READ_MS } from '../../../../src/limits.js';
import type { FundingReport } from '../../../../src/ports/exchange-adapter.js';
import type { LogFields } from '../../../../src/ports/logger.js';
import { BTC, type CoreBenchOptions, ETH } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const SETTINGS = { stopLossPct: 5, breakeven: { activationPct: 1, includeFees: true } };

interface Asked {
  readonly symbol: string;
  readonly sinceMs: number;
}

/** An exchange that tells what the account paid, and when it was asked for it. */
class Payments {
  readonly rows: FundingReport[] = [];
  readonly asked: Asked[] = [];
  answer: ((rows: readonly FundingReport[]) => unknown) | null = null;
  readonly #bench: ExitBench;

  constructor(bench: ExitBench) {
    this.#bench = bench;
    this.serve(bench);
  }

  serve({ core }: ExitBench): void {
    core.exchange.fetchFunding = async (symbol, sinceMs) => {
      this.asked.push({ symbol, sinceMs });
      const rows = this.rows.filter((row) => row.symbol === symbol && row.time >= sinceMs);
      return (await (this.answer?.(rows) ?? rows)) as readonly FundingReport[];
    };
  }

  pay(amount: string, more: Partial<FundingReport> = {}): void {
    const time = this.#bench.core.clock.now();
    this.rows.push({ symbol: BTC, id: `f${this.rows.length}`, amount, time, ...more });
  }
}

async function paying(
  side: 'LONG' | 'SHORT' = 'LONG',
  settings: Parameters<typeof ExitBench.holding>[1] = SETTINGS,
  options: CoreBenchOptions = {},
): Promise<{ readonly bench: ExitBench; readonly payments: Payments }> {
  const bench = await ExitBench.holding(side, settings, options);
  return { bench, payments: new Payments(bench) };
}

const comparisons = ({ core }: ExitBench): number => core.named('reconcile:completed').length;

describe.each(SIDES)('breakeven of a %s that earns its fees', (side) => {
  it('goes with the funding that was paid, and says so', async () => {
    const { bench, payments } = await paying(side);
    await bench.tick(1);
    expect(bench.stop).toBe('45000');
    payments.pay('4.5');
    await bench.rest(40_000);
    // Nothing was heard of the price for long: the stop waits for it.
    expect(bench.stop).toBe('45000');
    await bench.tick(1);
    // 4.5 on 0.1.
    expect(bench.stop).toBe(side === 'LONG' ? '45045' : '44955');
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.stop}`]);
    expect(bench.tranche.funding).toBe('4.5');
    const told = bench.core.named('tranche:updated').map(({ reason }) => reason);
    expect(told.filter((reason) => reason === 'funding')).toHaveLength(1);
    await bench.core.tick(Number(bench.stop));
    await bench.rest();
    const [closed] = bench.core.named('tranche:closed');
    expect(closed).toMatchObject({ reason: 'breakeven', funding: '4.5', realizedPnl: '4.5' });
  });

  it('counts what was paid before it is reached', async () => {
    const { bench, payments } = await paying(side);
    payments.pay('4.5');
    await bench.rest(40_000);
    expect(bench.stop).toBe(bench.text(-5));
    await bench.tick(1);
    expect(bench.stop).toBe(side === 'LONG' ? '45045' : '44955');
  });

  it('never goes back for funding that was received', async () => {
    const { bench, payments } = await paying(side);
    await bench.tick(1);
    payments.pay('-9');
    await bench.rest(40_000);
    expect(bench.tranche.funding).toBe('-9');
    expect(bench.stop).toBe('45000');
  });
});

describe('funding of both sides, booked a moment apart', () => {
  it('waits until it is complete: no stop goes by the one half', async () => {
    const { bench, payments } = await paying('LONG');
    await bench.core.fill('0.099', '45000', { side: 'SELL', orderId: 'other-side' });
    await bench.tick(1);
    payments.pay('4.5');
    // None of the looks until then may take 4.5 for what 0.001 net paid.
    for (let look = 0; look < 3; look += 1) {
      await bench.rest(3_000);
      await bench.core.until(bench.core.monitor.reconcile());
    }
    expect(payments.asked.length).toBeGreaterThan(0);
    expect(bench.stop).toBe('45000');
    payments.pay('-4.455');
    await bench.rest(60_000);
    await bench.tick(1);
    const [long, short] = bench.core.tranches();
    expect([long?.funding, short?.funding]).toEqual(['4.5', '-4.455']);
    expect(long?.levels.stopLoss).toBe('45045');
  });
});

describe('funding is asked for', () => {
  it('only where a stop goes by it, since the oldest open tranche, once a minute', async () => {
    const bench = await ExitBench.flat('LONG', SETTINGS, {
      symbols: { [BTC]: SETTINGS, [ETH]: { stopLossPct: 5, breakeven: { activationPct: 1 } } },
    });
    const payments = new Payments(bench);
    await bench.rest(30_000);
    expect(payments.asked).toEqual([]);
    const openedAt = bench.core.clock.now();
    await bench.core.fill('1', '3000', { symbol: ETH });
    await bench.enter('0.1');
    await bench.rest(5 * FUNDING_READ_MS);
    expect(comparisons(bench)).toBeGreaterThan(20);
    expect(payments.asked.length).toBeGreaterThanOrEqual(4);
    expect(payments.asked.length).toBeLessThanOrEqual(5);
    for (const asked of payments.asked) expect(asked).toEqual({ symbol: BTC, sinceMs: openedAt });
  });

  it('no more when nothing is held', async () => {
    const { bench, payments } = await paying();
    await bench.rest(15_000);
    await bench.tick(-5);
    await bench.rest();
    expect(bench.isOpen).toBe(false);
    const before = payments.asked.length;
    expect(before).toBeGreaterThan(0);
    await bench.rest(3 * FUNDING_READ_MS);
    expect(payments.asked).toHaveLength(before);
  });

  it('from where it was read completely on, a while before that', async () => {
    const { bench, payments } = await paying('LONG', SETTINGS, {
      globals: { reconcileIntervalMs: 600_000 },
    });
    const openedAt = bench.core.clock.now();
    await bench.rest(3 * 3_600_000);
    const since = payments.asked.map(({ sinceMs }) => sinceMs);
    expect(since[0]).toBe(openedAt);
    expect(since.at(-1)).toBeGreaterThan(openedAt + 1.5 * 3_600_000);
    expect([...since].sort((a, b) => a - b)).toEqual(since);
  });
});

describe('funding that cannot be read', () => {
  const rejecting = (): Promise<never> => Promise.reject(new Error('scripted'));
  const bad: readonly (readonly [string, (rows: readonly FundingReport[]) => unknown])[] = [
    ['rejects', rejecting],
    ['is no list', () => ({})],
    ['has a row that is none', (rows) => [...rows, null]],
    ['has an amount that is none', (rows) => rows.map((row) => ({ ...row, amount: 'much' }))],
    ['is of another symbol', (rows) => rows.map((row) => ({ ...row, symbol: ETH }))],
    ['has no ids', (rows) => rows.map(({ id: _, ...row }) => row)],
    ['has a side that is none', (rows) => rows.map((row) => ({ ...row, side: 'BOTH' }))],
    ['has no time', (rows) => rows.map(({ time: _, ...row }) => row)],
  ];

  it.each(bad)(
    '(%s) changes nothing and is read with the next comparisons',
    async (_what, answer) => {
      const logs: { readonly fields: LogFields; readonly message: string }[] = [];
      const warn = (fields: LogFields, message: string): void => {
        logs.push({ fields, message });
      };
      const { bench, payments } = await paying('LONG', SETTINGS, {
        monitor: { logger: { debug() {}, info() {}, warn, error: warn } },
      });
      await bench.tick(1);
      payments.pay('4.5');
      payments.answer = answer;
      await bench.rest(50_000);
      const before = comparisons(bench);
      expect(before).toBeGreaterThanOrEqual(4);
      expect(payments.asked.length).toBeGreaterThanOrEqual(4);
      expect(bench.core.monitor.getHealth().errors).toBe(0);
      expect(bench.tranche.funding).toBe('0');
      expect(bench.stop).toBe('45000');
      expect(logs.filter(({ message }) => /funding/.test(message))).toHaveLength(1);
      payments.answer = null;
      await bench.rest(30_000);
      expect(bench.tranche.funding).toBe('4.5');
      await bench.tick(1);
      expect(bench.stop).toBe('45045');
    },
  );

  it('because no answer comes holds no comparison up', async () => {
    const { bench, payments } = await paying();
    payments.answer = () => new Promise(() => {});
    await bench.rest(15_000);
    expect(payments.asked.length).toBeGreaterThan(0);
    const asked = bench.core.clock.now();
    await bench.core.until(bench.core.monitor.reconcile());
    expect(bench.core.clock.now()).toBe(asked);
  });

  it('because the adapter throws on the spot is read again', async () => {
    const { bench } = await paying();
    bench.core.exchange.fetchFunding = () => {
      throw new TypeError('scripted');
    };
    await bench.rest(20_000);
    expect(bench.core.monitor.getHealth().errors).toBe(0);
    const payments = new Payments(bench);
    payments.pay('4.5');
    await bench.rest(40_000);
    expect(bench.tranche.funding).toBe('4.5');
  });

  it('because the exchange does not tell it counts as nothing', async () => {
    const bench = await ExitBench.holding('LONG', SETTINGS);
    await bench.tick(1);
    await bench.rest(FUNDING_READ_MS);
    expect(bench.tranche.funding).toBe('0');
    expect(bench.stop).toBe('45000');
  });
});

describe('after a restart', () => {
  it('funding is what it was, and no payment counts again', async () => {
    const { bench, payments } = await paying();
    await bench.tick(1);
    payments.pay('4.5');
    await bench.rest(40_000);
    expect(bench.tranche.funding).toBe('4.5');
    const next = await bench.reborn(SETTINGS);
    payments.serve(next);
    expect(next.tranche.funding).toBe('4.5');
    const asked = payments.asked.length;
    payments.pay('1', { time: next.core.clock.now() });
    await next.rest(40_000);
    expect(payments.asked.length).toBeGreaterThan(asked);
    expect(next.tranche.funding).toBe('5.5');
    await next.tick(1);
    expect(next.stop).toBe('45055');
  });
});
