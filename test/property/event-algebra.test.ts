import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/model/decimal.js';
import type { OrderFill } from '../../src/model/fill.js';
import { BTC, CoreBench } from '../support/core-bench.js';

/**
 * Every way in which one order's execution can be told: each trade alone, each cumulative figure alone, and both together.
 *
 * The trades of an order double each time, so that every average is an exact decimal: what an exchange rounds away in an
 * average is not part of this law.
 */
function evidenceOf(orderId: string, prices: readonly number[], time: number): OrderFill[] {
  const events: OrderFill[] = [];
  let quantity = decimal(0);
  let cost = decimal(0);
  for (const [index, price] of prices.entries()) {
    const traded = index === 0 ? decimal('0.004') : quantity;
    quantity = quantity.plus(traded);
    cost = cost.plus(traded.times(price));
    const head = { orderId, symbol: BTC, side: 'BUY', positionSide: 'LONG', time } as const;
    const trade = {
      lastFilledQty: traded.toFixed(),
      lastFilledPrice: String(price),
      tradeId: `${orderId}-${index}`,
    };
    const cumulative = { executedQty: quantity.toFixed(), avgPrice: cost.div(quantity).toFixed() };
    events.push(
      { ...head, ...trade },
      { ...head, ...cumulative },
      { ...head, ...trade, ...cumulative },
    );
  }
  return events;
}

const PRICES = {
  first: [45_000, 45_010, 44_980],
  second: [45_020, 44_990],
} as const;

async function finalState(events: readonly OrderFill[]): Promise<unknown> {
  const bench = await CoreBench.started({
    symbols: { [BTC]: { takeProfitPct: 1, stopLossPct: 5 } },
    globals: { mergeProfitableTranches: false, tranchePnlIncrementPct: 50 },
  });
  for (const event of events) await bench.until(bench.monitor.handleOrderFill(event));
  await bench.run(5_000);
  const state = {
    resting: await bench.resting(),
    held: await bench.held(),
    tranches: bench.tranches().map((tranche) => ({
      id: tranche.id,
      quantity: tranche.quantity,
      entryPrice: tranche.entryPrice,
      levels: tranche.levels,
      coverage: tranche.coverage,
      sources: [...tranche.sources].sort((a, b) => (a.orderId < b.orderId ? -1 : 1)),
    })),
  };
  await bench.until(bench.monitor.stop());
  return state;
}

const first = evidenceOf('A', PRICES.first, 1_700_000_000_000);
const second = evidenceOf('B', PRICES.second, 1_700_000_000_000);

/** Any order and any repetition of what is told of both orders; the order that opens the tranche is heard of first. */
const told = fc
  .tuple(
    fc.constantFrom(...first),
    fc.shuffledSubarray([...first, ...first, ...second, ...second], {
      minLength: 2 * (first.length + second.length),
    }),
  )
  .map(([opening, rest]) => [opening, ...rest]);

describe('evidence of executions', () => {
  it('ends in the same state, whatever its order and repetition', async () => {
    const expected = await finalState([...first, ...second]);
    expect(expected).toMatchObject({ tranches: [{ quantity: '0.024' }] });
    await fc.assert(
      fc.asyncProperty(told, async (events) => {
        expect(await finalState(events)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
