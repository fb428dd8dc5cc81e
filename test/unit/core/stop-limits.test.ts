import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { ExitPlan } from '../../../src/model/exit-plan.js';
import type { VenueTraits } from '../../../src/model/venue-traits.js';
import { desiredStops } from '../../../src/positions/desired-exits.js';
import { limitBehind } from '../../../src/positions/limit-behind.js';
import {
  instrumentOf,
  planOf,
  type TrancheValues,
  trancheOf,
  VENUE,
} from '../../support/core-values.js';

const LIMIT_VENUE: VenueTraits = { ...VENUE, orderKinds: [...VENUE.orderKinds, 'stop-limit'] };
const PLAN: ExitPlan = { ...planOf(null, '5'), stopLossOrder: 'limit-on-trigger' };

/** Stops for 0.1 at 45,000, e.g. `stop-limit 0.1 at 42750 for 42536.2`. */
function stops(values: TrancheValues = {}, venue = LIMIT_VENUE, instrument = instrumentOf()) {
  const tranche = trancheOf('0.1', '45000', { plan: PLAN, instrument, ...values });
  const { orders, local } = desiredStops(tranche, instrument, venue);
  if (local !== null) return local;
  return orders.map(
    ({ kind, quantity, triggerPrice, price }) =>
      `${kind} ${quantity.toFixed()} at ${triggerPrice?.toFixed()}${price === null ? '' : ` for ${price.toFixed()}`}`,
  );
}

describe('a stop that becomes a limit', () => {
  it('sells half a percent below its level, off the tick no nearer than that', () => {
    /** Exact: 42536.25 and 47486.25. */
    expect(stops()).toEqual(['stop-limit 0.1 at 42750 for 42536.2']);
    expect(stops({ side: 'SHORT' })).toEqual(['stop-limit 0.1 at 47250 for 47486.3']);
  });

  it('goes as far as exits of its plan may', () => {
    const exitExecution = {
      kind: 'ioc-limit',
      slippagePct: '0.2',
      deadlineMs: 1_000,
      hardFloorPct: null,
    } as const;
    expect(stops({ plan: { ...PLAN, exitExecution } })).toEqual([
      'stop-limit 0.1 at 42750 for 42664.5',
    ]);
  });

  it('is one at market where the exchange has no limits on a trigger', () => {
    expect(stops({}, VENUE)).toEqual(['stop-market 0.1 at 42750']);
    expect(stops({}, { ...VENUE, orderKinds: ['market', 'limit'] })).toBe('kind-unsupported');
    expect(stops({}, { ...VENUE, orderKinds: ['market', 'stop-limit'] })).toEqual([
      'stop-limit 0.1 at 42750 for 42536.2',
    ]);
  });

  it('keeps to the filters of limits and of market orders alike', () => {
    const parts = instrumentOf({ maxQty: '0.04', maxMarketQty: '5' });
    expect(stops({}, LIMIT_VENUE, parts)).toEqual([
      'stop-limit 0.04 at 42750 for 42536.2',
      'stop-limit 0.04 at 42750 for 42536.2',
      'stop-limit 0.02 at 42750 for 42536.2',
    ]);
    expect(stops({}, LIMIT_VENUE, instrumentOf({ maxMarketQty: '0.06', maxQty: '5' }))).toEqual([
      'stop-limit 0.06 at 42750 for 42536.2',
      'stop-limit 0.04 at 42750 for 42536.2',
    ]);
    const coarse = instrumentOf({ marketStepSize: '0.03' });
    expect(stops({}, LIMIT_VENUE, coarse)).toEqual(['stop-limit 0.09 at 42750 for 42536.2']);
    expect(stops({}, LIMIT_VENUE, instrumentOf({ minQty: '0.2', minMarketQty: '0.1' }))).toBe(
      'below-minimum',
    );
  });

  it('is worth its limit where the exchange asks for a least value', () => {
    const venue = { ...LIMIT_VENUE, minNotionalOnExits: true };
    /** 4275 at its level, 4253.62 at its limit. */
    expect(stops({}, venue, instrumentOf({ minNotional: '4253' }))).toHaveLength(1);
    expect(stops({}, venue, instrumentOf({ minNotional: '4254' }))).toBe('below-minimum');
  });
});

describe('a limit behind a price', () => {
  const behind = (price: string, percent: string, side: 'LONG' | 'SHORT', more = {}): string =>
    limitBehind(decimal(price), decimal(percent), side, instrumentOf(more)).toFixed();

  it.each([
    ['100', '0', 'LONG', '100'],
    ['100', '0', 'SHORT', '100'],
    ['100', '0.01', 'LONG', '99.9'],
    ['100', '0.01', 'SHORT', '100.1'],
    ['100', '1', 'LONG', '99'],
    ['100', '1', 'SHORT', '101'],
    ['0.1', '50', 'LONG', '0.1'],
  ] as const)('%s by %s %% of a %s is %s', (price, percent, side, expected) => {
    expect(behind(price, percent, side)).toBe(expected);
  });

  it('stays within what the exchange takes', () => {
    const ends = { tickSize: '0.5', minPrice: '0.3', maxPrice: '10.3' };
    expect(behind('0.3', '50', 'LONG', ends)).toBe('0.3');
    expect(behind('10', '50', 'SHORT', ends)).toBe('10.3');
    expect(behind('5', '10', 'LONG', ends)).toBe('4.3');
    expect(behind('5', '10', 'SHORT', ends)).toBe('5.8');
  });
});
