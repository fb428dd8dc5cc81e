import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../src/model/decimal.js';
import type { PlaceOrderRequest } from '../../src/ports/exchange-adapter.js';
import { BTC, CoreBench } from '../support/core-bench.js';

type Act =
  | {
      readonly kind: 'fill';
      readonly side: 'BUY' | 'SELL';
      readonly lots: number;
      readonly apart: boolean;
    }
  | { readonly kind: 'tick'; readonly move: number }
  | { readonly kind: 'levels'; readonly index: number; readonly move: number }
  | { readonly kind: 'close'; readonly index: number }
  | { readonly kind: 'time'; readonly ms: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('fill' as const),
        side: fc.constantFrom('BUY' as const, 'SELL' as const),
        lots: fc.integer({ min: 1, max: 40 }),
        apart: fc.boolean(),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('tick' as const),
        move: fc.integer({ min: -300, max: 300 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('levels' as const),
        index: fc.nat(4),
        move: fc.integer({ min: 1, max: 400 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), index: fc.nat(4) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('time' as const),
        ms: fc.integer({ min: 1, max: 3_000 }),
      }),
    },
  ),
  { minLength: 3, maxLength: 25 },
);

/** Every exit that is asked for is held at that moment by the tranche that its id names. */
function watchRequests(bench: CoreBench, broken: string[]): void {
  bench.exchange.refuse = (request: PlaceOrderRequest) => {
    if (!request.reduceOnly) return null;
    const tranche = bench
      .tranches()
      .find((view) => view.orders.some((order) => order.clientOrderId === request.clientOrderId));
    if (tranche === undefined) broken.push(`${request.clientOrderId} belongs to no tranche`);
    else if (decimal(request.quantity).gt(tranche.quantity)) {
      broken.push(
        `${request.kind} of ${request.quantity} for a tranche that holds ${tranche.quantity}`,
      );
    }
    return null;
  };
}

async function perform(bench: CoreBench, act: Act, price: number): Promise<number> {
  if (act.kind === 'tick') {
    const next = Math.max(1_000, price + act.move);
    await bench.tick(next);
    return next;
  }
  if (act.kind === 'time') await bench.run(act.ms);
  else if (act.kind === 'fill') {
    const orderId = `o${bench.clock.now()}-${bench.exchange.calls.length}`;
    if (act.apart)
      await bench.until(
        bench.monitor.registerOrder({ orderId, symbol: BTC, side: act.side, tranche: 'new' }),
      );
    await bench.fill(decimal(act.lots).times('0.001').toFixed(), String(price), {
      orderId,
      side: act.side,
    });
  } else {
    const tranche = bench.tranches()[act.index];
    if (tranche?.state !== 'OPEN') return price;
    if (act.kind === 'close') await bench.until(bench.monitor.closeTranche(tranche.id));
    else {
      const sign = tranche.side === 'LONG' ? -1 : 1;
      await bench.until(bench.monitor.updateTpSl(tranche.id, { slPrice: price + sign * act.move }));
    }
  }
  return price;
}

describe.each(['hedge', 'one-way'] as const)('exit quantities in %s mode', (positionMode) => {
  it('never exceed what a tranche holds, asked for or executed', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const bench = await CoreBench.started({
          positionMode,
          symbols: { [BTC]: { takeProfitPct: 1, stopLossPct: 1 } },
          globals: { tranchePnlIncrementPct: 0.3, maxTranchesPerSymbolSide: 4 },
        });
        const broken: string[] = [];
        watchRequests(bench, broken);
        let price = 45_000;
        await bench.tick(price);
        for (const act of plan) price = await perform(bench, act, price);
        await bench.run(5_000);
        expect(broken).toEqual([]);
        for (const closed of bench.named('tranche:closed')) {
          const taken = sumDecimals(closed.chain.fills.map((fill) => decimal(fill.quantity)));
          expect(
            taken.lte(closed.tranche.openedQty),
            `${closed.trancheId} gave more than it had`,
          ).toBe(true);
        }
        /** What the exchange holds is what the tranches hold: nothing was closed twice, nothing flipped. */
        const rows = await bench.paper.fetchPositions(BTC);
        for (const side of ['LONG', 'SHORT'] as const) {
          const held = rows.find((row) => row.side === side)?.quantity ?? '0';
          const ours = sumDecimals(
            bench
              .tranches()
              .filter((view) => view.side === side)
              .map((view) => decimal(view.quantity)),
          );
          expect(ours.toFixed()).toBe(decimal(held).toFixed());
        }
        const report = await bench.monitor.verifyProtection();
        expect(report.positions.flatMap((row) => row.problems)).toEqual([]);
        expect(report.protected).toBe(true);
        await bench.until(bench.monitor.stop());
      }),
      { numRuns: 300 },
    );
  });
});
