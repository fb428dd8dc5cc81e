import { describe, expect, it } from 'vitest';
import { SPLIT_PARTS_MAX } from '../../../src/limits.js';
import { decimal } from '../../../src/model/decimal.js';
import type { ExitPlan } from '../../../src/model/exit-plan.js';
import {
  desiredStops,
  desiredTakeProfits,
  splitMarketQuantity,
} from '../../../src/positions/desired-exits.js';
import { takeProfitQuantities } from '../../../src/positions/take-profit-quantities.js';
import { instrumentOf, planOf, text, trancheOf, VENUE } from '../../support/core-values.js';

const ON_TRIGGER: ExitPlan = { ...planOf('1', '5'), takeProfitOrder: 'market-on-trigger' };

function parts(quantity: string, ...limits: Parameters<typeof instrumentOf>) {
  return splitMarketQuantity(decimal(quantity), instrumentOf(...limits)).map(text);
}

describe('splitMarketQuantity, at its edges', () => {
  it('is one part where the market has no maximum', () => {
    expect(parts('123456.789')).toEqual(['123456.789']);
  });

  it('rounds the maximum down to the step', () => {
    expect(parts('200', { maxMarketQty: '120.005', marketStepSize: '0.01' })).toEqual([
      '120',
      '80',
    ]);
  });

  it('refuses a maximum below one step', () => {
    expect(() => parts('1', { maxMarketQty: '0.005', marketStepSize: '0.01' })).toThrow(
      'the market maximum is at least one step',
    );
  });

  it('stops at the bound of parts', () => {
    expect(parts(`${SPLIT_PARTS_MAX}`, { maxMarketQty: '1' })).toHaveLength(SPLIT_PARTS_MAX);
    expect(parts(`${SPLIT_PARTS_MAX + 5}`, { maxMarketQty: '1' })).toHaveLength(SPLIT_PARTS_MAX);
  });

  it('leaves out a rest that no part before it can make large enough', () => {
    expect(parts('150', { maxMarketQty: '120', minMarketQty: '100' })).toEqual(['120']);
  });
});

describe('desired orders, member by member', () => {
  it('a stop names its level as the trigger, and no price', () => {
    const stops = desiredStops(trancheOf('0.1', '45000'), instrumentOf(), VENUE);
    expect(stops).toEqual({
      local: null,
      orders: [
        {
          slot: 0,
          rule: 'stop-loss',
          kind: 'stop-market',
          quantity: decimal('0.1'),
          price: null,
          triggerPrice: decimal('42750'),
          triggerSource: 'LAST',
        },
      ],
    });
  });

  it('a limit has a price and no trigger, a conditional take-profit the opposite', () => {
    const ordersOf = (plan: ExitPlan) =>
      desiredTakeProfits(trancheOf('0.1', '45000', { plan }), instrumentOf(), VENUE).orders;
    const shared = { slot: 0, quantity: decimal('0.1') };
    expect(ordersOf(planOf('1', '5'))).toEqual([
      {
        ...shared,
        kind: 'limit',
        price: decimal('45450'),
        triggerPrice: null,
        triggerSource: null,
      },
    ]);
    expect(ordersOf(ON_TRIGGER)).toEqual([
      {
        ...shared,
        kind: 'take-profit-market',
        price: null,
        triggerPrice: decimal('45450'),
        triggerSource: 'LAST',
      },
    ]);
  });
});

describe('desiredTakeProfits, at its edges', () => {
  function quantities(plan: ExitPlan, ...limits: Parameters<typeof instrumentOf>) {
    const { orders } = desiredTakeProfits(
      trancheOf('0.1', '45000', { plan }),
      instrumentOf(...limits),
      VENUE,
    );
    return orders.map(({ quantity }) => text(quantity));
  }

  it('caps each kind at its own maximum, down to the step', () => {
    const limits = { maxQty: '0.0605', maxMarketQty: '0.0305' };
    expect(quantities(planOf('1', '5'), limits)).toEqual(['0.06']);
    expect(quantities(ON_TRIGGER, limits)).toEqual(['0.03']);
  });

  it('is guarded locally where the exchange does not know the kind', () => {
    const venue = { ...VENUE, orderKinds: ['market', 'stop-market'] as const };
    for (const plan of [planOf('1', '5'), ON_TRIGGER]) {
      const tranche = trancheOf('0.1', '45000', { plan });
      expect(desiredTakeProfits(tranche, instrumentOf(), venue)).toEqual({
        orders: [],
        local: 'kind-unsupported',
      });
    }
  });

  it('counts the minimum notional only where it binds exits', () => {
    const tranche = trancheOf('0.001', '45000');
    const grid = instrumentOf({ minNotional: '50' });
    expect(desiredTakeProfits(tranche, grid, VENUE).orders).toHaveLength(1);
    expect(desiredTakeProfits(tranche, grid, { ...VENUE, minNotionalOnExits: true })).toEqual({
      orders: [],
      local: 'below-minimum',
    });
  });

  it('asks for what a level has not taken yet', () => {
    const plan: ExitPlan = {
      ...planOf(null, '5'),
      takeProfits: ['1', '2'].map((percent) => ({
        level: { kind: 'percent', percent },
        portion: '0.4',
      })),
    };
    const tranche = trancheOf('0.1', '45000', { plan });
    tranche.takenBySlot = [decimal('0.03')];
    tranche.exitedQty = decimal('0.03');
    expect(takeProfitQuantities(tranche, instrumentOf()).map(text)).toEqual(['0.01', '0.04']);
  });
});
