import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC, CoreBench } from '../support/core-bench.js';

interface Guarded {
  readonly id: string;
  readonly long: boolean;
  takeProfit: number;
  stopLoss: number;
}

type Act =
  | {
      readonly kind: 'open';
      readonly long: boolean;
      readonly profit: number;
      readonly loss: number;
    }
  | { readonly kind: 'move'; readonly index: number; readonly loss: number }
  | { readonly kind: 'close'; readonly index: number }
  | { readonly kind: 'tick'; readonly move: number };

/** Whole prices near each other, so that levels coincide with ticks and with each other. */
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('open' as const),
        long: fc.boolean(),
        profit: fc.integer({ min: 1, max: 9 }),
        loss: fc.integer({ min: 1, max: 9 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        index: fc.nat(8),
        loss: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), index: fc.nat(8) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('tick' as const),
        move: fc.integer({ min: -6, max: 6 }),
      }),
    },
  ),
  { minLength: 5, maxLength: 60 },
);

function isHit({ long, takeProfit, stopLoss }: Guarded, price: number): boolean {
  return long ? price >= takeProfit || price <= stopLoss : price <= takeProfit || price >= stopLoss;
}

describe('the decision what a tick hits', () => {
  it('is that of looking at every tranche, on the same tick', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (plan) => {
        const bench = await CoreBench.started({
          symbols: {
            [BTC]: {
              takeProfitPct: 50,
              stopLossPct: 50,
              takeProfitOrder: 'local',
              stopLossOrder: 'local',
            },
          },
          globals: { mergeProfitableTranches: false, maxTranchesPerSymbolSide: 100 },
        });
        let price = 1_000;
        await bench.tick(price);
        const guarded: Guarded[] = [];
        for (const [index, act] of plan.entries()) {
          if (act.kind === 'open') {
            const sign = act.long ? 1 : -1;
            const one: Guarded = {
              id: '',
              long: act.long,
              takeProfit: price + sign * act.profit,
              stopLoss: price - sign * act.loss,
            };
            const orderId = `o${index}`;
            const side = act.long ? 'BUY' : 'SELL';
            await bench.until(
              bench.monitor.registerOrder({
                orderId,
                symbol: BTC,
                side,
                tranche: 'new',
                plan: { takeProfitLevels: [{ price: one.takeProfit, portion: 1 }] },
              }),
            );
            await bench.fill('0.01', String(price), { orderId, side });
            const id = bench.monitor.trancheForOrder(orderId)?.id ?? '';
            await bench.until(bench.monitor.updateTpSl(id, { slPrice: one.stopLoss }));
            guarded.push({ ...one, id });
          } else if (act.kind === 'tick') {
            price += act.move;
            await bench.tick(price);
            for (let at = guarded.length - 1; at >= 0; at -= 1) {
              if (isHit(guarded[at] as Guarded, price)) guarded.splice(at, 1);
            }
          } else {
            const one = guarded[act.index];
            if (one === undefined) continue;
            if (act.kind === 'close') {
              await bench.until(bench.monitor.closeTranche(one.id));
              guarded.splice(act.index, 1);
            } else {
              one.stopLoss = price - (one.long ? act.loss : -act.loss);
              await bench.until(bench.monitor.updateTpSl(one.id, { slPrice: one.stopLoss }));
            }
          }
          expect(
            bench
              .tranches()
              .map((view) => view.id)
              .sort(),
          ).toEqual(guarded.map((one) => one.id).sort());
        }
        await bench.until(bench.monitor.stop());
      }),
      { numRuns: 300 },
    );
  });
});
