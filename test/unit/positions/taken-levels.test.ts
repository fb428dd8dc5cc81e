import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../../../src/model/decimal.js';
import type { ExitPlan } from '../../../src/model/exit-plan.js';
import type { Tranche } from '../../../src/model/tranche.js';
import { takeProfitQuantities } from '../../../src/positions/take-profit-quantities.js';
import { applyExit } from '../../../src/positions/tranche-arithmetic.js';
import { instrumentOf, planOf, text, trancheOf } from '../../support/core-values.js';

function ladder(...portions: readonly string[]): ExitPlan {
  return {
    ...planOf(null, '5'),
    takeProfits: portions.map((portion, slot) => ({
      level: { kind: 'percent', percent: `${slot + 1}` },
      portion,
    })),
  };
}

function take(tranche: Tranche, slot: number, quantity: string): void {
  applyExit(
    tranche,
    {
      reason: 'take-profit',
      level: null,
      orderId: `tp-${slot}`,
      role: 'take-profit',
      slot,
      quantity: decimal(quantity),
      price: decimal('101'),
      fee: ZERO,
      time: 1,
    },
    1,
  );
}

describe('levels that were taken', () => {
  it('are known by slot, also those of a plan that had more', () => {
    const tranche = trancheOf('10', '100', { plan: ladder('1') });
    take(tranche, 3, '2');
    expect(tranche.takenBySlot.map(text)).toEqual(['0', '0', '0', '2']);
    expect(takeProfitQuantities(tranche, instrumentOf()).map(text)).toEqual(['8']);
  });

  it('do not count twice what one took for another that was too small', () => {
    const instrument = instrumentOf({ stepSize: '1', minQty: '2' });
    const tranche = trancheOf('10', '100', { plan: ladder('0.1', '0.2', '0.2'), instrument });
    /** One is too small for the first level and goes to the second. */
    expect(takeProfitQuantities(tranche, instrument).map(text)).toEqual(['0', '3', '2']);
    take(tranche, 1, '3');
    expect(takeProfitQuantities(tranche, instrument).map(text)).toEqual(['0', '0', '2']);
    take(tranche, 2, '2');
    expect(takeProfitQuantities(tranche, instrument).map(text)).toEqual(['0', '0', '0']);
  });

  it('leave a whole plan complete: its last level takes what is left', () => {
    const instrument = instrumentOf({ stepSize: '1', minQty: '2' });
    const tranche = trancheOf('10', '100', { plan: ladder('0.1', '0.2', '0.7'), instrument });
    take(tranche, 1, '3');
    expect(takeProfitQuantities(tranche, instrument).map(text)).toEqual(['0', '0', '7']);
  });

  it('round to zero, and what that leaves goes to the next one or the last that takes something', () => {
    const instrument = instrumentOf({ stepSize: '1', minQty: '1' });
    const quantities = (quantity: string, ...portions: readonly string[]) =>
      takeProfitQuantities(
        trancheOf(quantity, '100', { plan: ladder(...portions), instrument }),
        instrument,
      ).map(text);
    expect(quantities('3', '0.1', '0.1', '0.8')).toEqual(['0', '0', '3']);
    expect(quantities('3', '0.5', '0.4', '0.1')).toEqual(['1', '1', '1']);
    expect(quantities('3', '0.1', '0.1', '0.1')).toEqual(['0', '0', '0']);
    expect(quantities('0.5', '0.5', '0.5')).toEqual(['0', '0']);
  });

  it('leave no last slice that the exchange would refuse', () => {
    const instrument = instrumentOf({ stepSize: '1', minQty: '5' });
    const tranche = trancheOf('20', '100', { plan: ladder('0.45', '0.45', '0.1'), instrument });
    /** Two would be left for the last one: the one before takes them. */
    expect(takeProfitQuantities(tranche, instrument).map(text)).toEqual(['9', '11', '0']);
  });

  it('are worth something where exits have to be', () => {
    const instrument = instrumentOf({ stepSize: '0.001', minNotional: '100' });
    const tranche = trancheOf('2', '100', { plan: ladder('0.1', '0.9'), instrument });
    expect(takeProfitQuantities(tranche, instrument, false).map(text)).toEqual(['0.2', '1.8']);
    expect(takeProfitQuantities(tranche, instrument, true).map(text)).toEqual(['0', '2']);
  });
});
