import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../src/model/decimal.js';
import { type DesiredRole, isAsDesired } from '../../../src/model/desired-order.js';
import type { ExitPlan } from '../../../src/model/exit-plan.js';
import {
  desiredStops,
  desiredTakeProfits,
  splitMarketQuantity,
} from '../../../src/positions/desired-exits.js';
import { takeProfitQuantities } from '../../../src/positions/take-profit-quantities.js';
import {
  instrumentOf,
  orderOf,
  planOf,
  text,
  trancheOf,
  VENUE,
} from '../../support/core-values.js';

function lines({ orders, local }: DesiredRole): readonly string[] {
  const described = orders.map(
    (order) =>
      `${order.slot} ${order.kind} ${text(order.quantity)} @ ${text(order.price ?? order.triggerPrice)}`,
  );
  return local === null ? described : [...described, `local: ${local}`];
}

function portions(...shares: readonly (readonly [string, string])[]): ExitPlan {
  return {
    ...planOf(null, '5'),
    takeProfits: shares.map(([percent, portion]) => ({
      level: { kind: 'percent', percent },
      portion,
    })),
  };
}

describe('splitMarketQuantity', () => {
  const grid = instrumentOf({ maxMarketQty: '120', minMarketQty: '0.01', marketStepSize: '0.01' });

  function parts(quantity: string, instrument = grid): readonly (string | null)[] {
    return splitMarketQuantity(decimal(quantity), instrument).map(text);
  }

  it('is one part up to the maximum, several above it', () => {
    expect(parts('120')).toEqual(['120']);
    expect(parts('120.01')).toEqual(['120', '0.01']);
    expect(parts('300')).toEqual(['120', '120', '60']);
  });

  it('takes from a part what the last one needs to be an order', () => {
    const coarse = instrumentOf({
      maxMarketQty: '120',
      minMarketQty: '0.02',
      marketStepSize: '0.01',
    });
    expect(parts('120.01', coarse)).toEqual(['119.98', '0.03']);
  });

  it('rounds down to the market step and gives nothing for dust', () => {
    expect(parts('0.019')).toEqual(['0.01']);
    expect(parts('0.009')).toEqual([]);
    expect(parts('0')).toEqual([]);
  });

  it('never adds up to more than is held, and every part can be sent', () => {
    const amount = fc
      .integer({ min: 0, max: 2_000_000 })
      .map((value) => decimal(`${value / 1_000}`));
    const limits = fc.record({
      max: fc.integer({ min: 2, max: 500 }),
      min: fc.constantFrom('0', '0.001', '0.01', '0.5'),
    });
    fc.assert(
      fc.property(amount, limits, (quantity, { max, min }) => {
        const instrument = instrumentOf({
          maxMarketQty: max,
          minMarketQty: min,
          marketStepSize: '0.001',
        });
        const split = splitMarketQuantity(quantity, instrument);
        const sum = sumDecimals(split);
        expect(sum.lte(quantity)).toBe(true);
        for (const part of split)
          expect(part.lte(max) && part.gte(min) && part.gt(0) && part.mod('0.001').eq(0)).toBe(
            true,
          );
        /** Nothing that could be sent is left out, up to the bound of parts. */
        if (split.length < 100)
          expect(quantity.minus(sum).lt(instrument.minMarketQty.plus('0.001'))).toBe(true);
      }),
    );
  });
});

describe('desiredStops', () => {
  it('is one stop at the level, split above the market maximum', () => {
    const grid = instrumentOf({ maxMarketQty: '0.04' });
    const tranche = trancheOf('0.1', '45000', { instrument: grid });
    expect(lines(desiredStops(tranche, instrumentOf(), VENUE))).toEqual([
      '0 stop-market 0.1 @ 42750',
    ]);
    expect(lines(desiredStops(tranche, grid, VENUE))).toEqual([
      '0 stop-market 0.04 @ 42750',
      '1 stop-market 0.04 @ 42750',
      '2 stop-market 0.02 @ 42750',
    ]);
  });

  it('says why nothing should rest', () => {
    const grid = instrumentOf({ minQty: '0.01' });
    expect(
      lines(desiredStops(trancheOf('0.1', '45000', { plan: planOf('1', null) }), grid, VENUE)),
    ).toEqual([]);
    expect(
      lines(
        desiredStops(
          trancheOf('0.1', '45000', { plan: { ...planOf(null, '5'), stopLossOrder: 'local' } }),
          grid,
          VENUE,
        ),
      ),
    ).toEqual(['local: plan']);
    expect(lines(desiredStops(trancheOf('0.001', '45000'), grid, VENUE))).toEqual([
      'local: below-minimum',
    ]);
    expect(
      lines(
        desiredStops(trancheOf('0.1', '45000'), grid, {
          ...VENUE,
          orderKinds: ['market', 'limit'],
        }),
      ),
    ).toEqual(['local: kind-unsupported']);
  });

  it('counts the minimum notional only where it binds exits', () => {
    const grid = instrumentOf({ minNotional: '5' });
    const small = trancheOf('0.0001', '45000', {
      instrument: instrumentOf({ stepSize: '0.0001' }),
    });
    const fine = instrumentOf({ minNotional: '5', stepSize: '0.0001' });
    expect(lines(desiredStops(small, fine, VENUE))).toEqual(['0 stop-market 0.0001 @ 42750']);
    expect(lines(desiredStops(small, fine, { ...VENUE, minNotionalOnExits: true }))).toEqual([
      'local: below-minimum',
    ]);
    expect(grid.minNotional.toFixed()).toBe('5');
  });
});

describe('desiredTakeProfits', () => {
  it('is a limit at the level, or a conditional order, or nothing but a guard', () => {
    const of = (plan: ExitPlan) =>
      lines(desiredTakeProfits(trancheOf('0.1', '45000', { plan }), instrumentOf(), VENUE));
    expect(of(planOf('1', '5'))).toEqual(['0 limit 0.1 @ 45450']);
    expect(of({ ...planOf('1', '5'), takeProfitOrder: 'market-on-trigger' })).toEqual([
      '0 take-profit-market 0.1 @ 45450',
    ]);
    expect(of({ ...planOf('1', '5'), takeProfitOrder: 'local' })).toEqual(['local: plan']);
    expect(of(planOf(null, '5'))).toEqual([]);
  });

  it('gives each level its portion; the last of a full plan takes the whole rest', () => {
    const tranche = trancheOf('0.1', '45000', {
      plan: portions(['1', '0.333'], ['2', '0.333'], ['3', '0.334']),
    });
    expect(lines(desiredTakeProfits(tranche, instrumentOf(), VENUE))).toEqual([
      '0 limit 0.033 @ 45450',
      '1 limit 0.033 @ 45900',
      '2 limit 0.034 @ 46350',
    ]);
  });

  it('leaves the rest of a plan below one to the stop', () => {
    const tranche = trancheOf('0.1', '45000', { plan: portions(['1', '0.5']) });
    expect(takeProfitQuantities(tranche, instrumentOf()).map(text)).toEqual(['0.05']);
  });

  it('counts what a level has taken, and never hands out more than is held', () => {
    const shares = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        shares,
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.nat(100), { maxLength: 4 }),
        (weights, held, taken) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const plan = portions(
            ...weights.map(
              (weight, slot) =>
                [`${slot + 1}`, `${Math.floor((weight / total) * 1_000) / 1_000}`] as const,
            ),
          );
          const tranche = trancheOf(`${held / 1_000}`, '45000', { plan });
          tranche.takenBySlot = weights.map((_, slot) =>
            tranche.openedQty.times(taken[slot] ?? 0).div(100),
          );
          const quantities = takeProfitQuantities(tranche, instrumentOf());
          expect(sumDecimals(quantities).lte(tranche.openedQty)).toBe(true);
          expect(quantities.every((quantity) => quantity.gte(0))).toBe(true);
        },
      ),
    );
  });

  it('caps a limit at the largest order and skips what is below the smallest', () => {
    const grid = instrumentOf({ maxQty: '0.06', minQty: '0.01' });
    expect(lines(desiredTakeProfits(trancheOf('0.1', '45000'), grid, VENUE))).toEqual([
      '0 limit 0.06 @ 45450',
    ]);
    expect(lines(desiredTakeProfits(trancheOf('0.005', '45000'), grid, VENUE))).toEqual([
      'local: below-minimum',
    ]);
  });
});

describe('isAsDesired', () => {
  const [wanted] = desiredStops(trancheOf('0.1', '45000'), instrumentOf(), VENUE).orders;

  it('compares kind, level, source and the quantity that is left', () => {
    if (wanted === undefined) throw new Error('a stop is wanted');
    expect(isAsDesired(orderOf(), wanted)).toBe(true);
    expect(isAsDesired(orderOf({ terms: { triggerPrice: decimal('42750.1') } }), wanted)).toBe(
      false,
    );
    expect(isAsDesired(orderOf({ terms: { triggerSource: 'MARK' } }), wanted)).toBe(false);
    expect(isAsDesired(orderOf({ terms: { kind: 'limit' } }), wanted)).toBe(false);
    const partly = orderOf({ terms: { quantity: decimal('0.15') } });
    partly.execution.bookedQty = decimal('0.05');
    expect(isAsDesired(partly, wanted)).toBe(true);
  });
});
