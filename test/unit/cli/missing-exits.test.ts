import { expect, it } from 'vitest';
import { type MissingExit, missingExits } from '../../../src/cli/protect/missing-exits.js';
import { measureCover } from '../../../src/cli/verify/measure-cover.js';
import { normalisePosition } from '../../../src/execution/normalise-reports.js';
import { ORDER_KINDS } from '../../../src/model/order-kind.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';
import { instrumentOf, VENUE } from '../../support/core-values.js';

const LONG = { symbol: 'BTCUSDT', side: 'LONG', quantity: '0.1', entryPrice: '45000' };

/** What is missing of a LONG that nothing covers. */
function missingOf(
  stopLossOrder: 'market-on-trigger' | 'limit-on-trigger',
): readonly MissingExit[] {
  const plan = exitPlanFrom({ stopLossPct: 1, stopLossOrder }, null, 'plan');
  const positions = [normalisePosition(LONG, 0)];
  const [cover] = measureCover({ positions, orders: [], checkedAt: 0 }, null, () => plan);
  if (cover === undefined) throw new Error('expected a side');
  const venue = { ...VENUE, orderKinds: ORDER_KINDS };
  const instrument = instrumentOf();
  return missingExits({ cover, tranches: [], plan, instrument, venue, prices: new Map() });
}

it('a stop that nobody watches goes at market, whatever its plan says', () => {
  for (const order of ['market-on-trigger', 'limit-on-trigger'] as const) {
    expect(missingOf(order)).toMatchObject([
      { role: 'stop-loss', kind: 'stop-market', level: '44550', quantity: '0.1', obstacle: null },
    ]);
  }
});
