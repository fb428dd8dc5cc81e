import { describe, expect, it } from 'vitest';
import { IOC_RETRY_PAUSE_MS } from '../../../src/limits.js';
import { decimal } from '../../../src/model/decimal.js';
import type { ExitExecution } from '../../../src/model/exit-plan.js';
import type { PositionSide } from '../../../src/model/side.js';
import { type ExitSituation, exitFloor, nextExit } from '../../../src/positions/exit-slices.js';
import { instrumentOf } from '../../support/core-values.js';

const IOC: ExitExecution = {
  kind: 'ioc-limit',
  slippagePct: '0.1',
  deadlineMs: 3_000,
  hardFloorPct: null,
};
const ICEBERG: ExitExecution = {
  kind: 'iceberg',
  visiblePortion: '0.25',
  deadlineMs: 10_000,
  hardFloorPct: null,
};
const TWAP: ExitExecution = { kind: 'twap', slices: 4, intervalMs: 1_000, hardFloorPct: null };

interface Values extends Partial<Omit<ExitSituation, 'price' | 'level'>> {
  readonly held?: string;
  readonly sold?: string;
  readonly left?: string;
  readonly price?: string | null;
  readonly level?: string | null;
}

function situation({ held = '1', sold = '0', left, price, level, ...more }: Values) {
  return {
    execution: IOC,
    side: 'LONG',
    instrument: instrumentOf(),
    smallestQty: decimal('0.001'),
    heldQty: decimal(held),
    soldQty: decimal(sold),
    leftQty: decimal(left ?? held),
    elapsedMs: 0,
    sinceLastMs: null,
    price: price === null ? null : decimal(price ?? '45000'),
    level: level === undefined || level === null ? null : decimal(level),
    stopPassed: false,
    takesLimits: true,
    ...more,
  } satisfies ExitSituation;
}

/** In one line, e.g. `ioc-limit 1 @ 44955` or `wait 250`. */
function said(values: Values): string {
  const next = nextExit(situation(values));
  if (next.kind === 'wait') return `wait ${next.untilMs}`;
  const { kind, quantity, price } = next.slice;
  return `${kind} ${quantity.toFixed()}${price === null ? '' : ` @ ${price.toFixed()}`}`;
}

describe('an exit at market', () => {
  it('takes all that may leave at once', () => {
    expect(said({ execution: { kind: 'market' }, held: '0.5', left: '0.3' })).toBe('market 0.3');
  });
});

describe('an exit by immediate-or-cancel limits', () => {
  it.each([
    ['LONG', '45000', '44955'],
    ['SHORT', '45000', '45045'],
    /** Off the tick: never nearer to the price than asked. */
    ['LONG', '45000.7', '44955.6'],
    ['SHORT', '45000.7', '45045.8'],
  ] as const)('of a %s at %s goes to %s', (side, price, limit) => {
    expect(said({ side, price })).toBe(`ioc-limit 1 @ ${limit}`);
  });

  it('never has a price of nothing', () => {
    const execution = { ...IOC, slippagePct: '60' };
    expect(said({ execution, price: '0.1' })).toBe('ioc-limit 1 @ 0.1');
  });

  it('stays on a grid that does not begin at zero, and within its ends', () => {
    const instrument = instrumentOf({ tickSize: '5', minPrice: '3', maxPrice: '998' });
    expect(said({ instrument, price: '500' })).toBe('ioc-limit 1 @ 498');
    expect(said({ instrument, price: '998', side: 'SHORT' })).toBe('ioc-limit 1 @ 998');
    expect(said({ instrument, price: '3' })).toBe('ioc-limit 1 @ 3');
  });

  it('follows the price, with a pause between two orders', () => {
    const again = { held: '0.4', sold: '0.6', price: '44900', elapsedMs: 400 };
    expect(said({ ...again, sinceLastMs: IOC_RETRY_PAUSE_MS - 1 })).toBe('wait 401');
    expect(said({ ...again, sinceLastMs: IOC_RETRY_PAUSE_MS })).toBe('ioc-limit 0.4 @ 44855.1');
  });

  it('is over at its deadline, which no pause postpones', () => {
    expect(said({ elapsedMs: 2_900, sinceLastMs: 10 })).toBe('wait 3000');
    expect(said({ elapsedMs: 2_999 })).toBe('ioc-limit 1 @ 44955');
    expect(said({ elapsedMs: 3_000 })).toBe('market 1');
    expect(said({ execution: { ...IOC, deadlineMs: 0 } })).toBe('market 1');
  });

  it.each([
    ['no price is fresh', { price: null }],
    ['the exchange takes none', { takesLimits: false }],
    [
      'the exchange would refuse the price',
      { instrument: instrumentOf({ priceBand: { up: '1.05', down: '0.9995' } }) },
    ],
    ['less is left than a limit may have', { instrument: instrumentOf({ minQty: '2' }) }],
  ] as const)('goes to market where %s', (_why, more) => {
    expect(said(more)).toBe('market 1');
  });

  it('leaves enough for another order where one limit cannot take all', () => {
    const instrument = instrumentOf({ maxQty: '0.9995', minQty: '0.002' });
    const smallestQty = decimal('0.002');
    expect(said({ instrument, smallestQty })).toBe('ioc-limit 0.998 @ 44955');
    expect(said({ instrument, smallestQty, held: '5' })).toBe('ioc-limit 0.999 @ 44955');
  });
});

describe('an exit in visible slices', () => {
  const execution = ICEBERG;

  it('shows a share of what the close began with, one after the other', () => {
    expect(said({ execution })).toBe('market 0.25');
    expect(said({ execution, held: '0.75', sold: '0.25' })).toBe('market 0.25');
    expect(said({ execution, held: '0.25', sold: '0.75' })).toBe('market 0.25');
  });

  it('rounds a slice down, and the last one takes the rest', () => {
    expect(said({ execution, held: '0.107' })).toBe('market 0.026');
    expect(said({ execution, held: '0.029', sold: '0.078' })).toBe('market 0.026');
    expect(said({ execution, held: '0.003', sold: '0.104' })).toBe('market 0.003');
  });

  it('is never smaller than the smallest order, and leaves nothing smaller behind', () => {
    const smallestQty = decimal('0.02');
    expect(said({ execution, smallestQty, held: '0.05' })).toBe('market 0.02');
    expect(said({ execution, smallestQty, held: '0.03', sold: '0.02' })).toBe('market 0.03');
    expect(said({ execution, smallestQty, held: '0.01' })).toBe('market 0.01');
  });

  it('takes no more than the exchange says is there', () => {
    expect(said({ execution, left: '0.1' })).toBe('market 0.1');
    expect(said({ execution, left: '0.2505' })).toBe('market 0.2505');
  });

  it('leaves whole after its deadline', () => {
    expect(said({ execution, elapsedMs: 9_999 })).toBe('market 0.25');
    expect(said({ execution, elapsedMs: 10_000 })).toBe('market 1');
  });
});

describe('an exit over time', () => {
  const execution = TWAP;

  it('has one slice for each interval, the first at once', () => {
    expect(said({ execution })).toBe('market 0.25');
    const first = { execution, held: '0.75', sold: '0.25' };
    expect(said({ ...first, elapsedMs: 1 })).toBe('wait 1000');
    expect(said({ ...first, elapsedMs: 999.9 })).toBe('wait 1000');
    expect(said({ ...first, elapsedMs: 1_000 })).toBe('market 0.25');
    expect(said({ execution, held: '0.5', sold: '0.5', elapsedMs: 1_500 })).toBe('wait 2000');
    expect(said({ execution, held: '0.25', sold: '0.75', elapsedMs: 3_000 })).toBe('market 0.25');
  });

  it('makes up for what could not leave in time, in one order', () => {
    expect(said({ execution, held: '0.75', sold: '0.25', elapsedMs: 2_100 })).toBe('market 0.5');
    expect(said({ execution, held: '0.9', sold: '0.1', elapsedMs: 500 })).toBe('market 0.15');
    expect(said({ execution, held: '0.9', sold: '0.1', elapsedMs: 60_000 })).toBe('market 0.9');
  });

  it('merges slices that are too small into the next', () => {
    const smallestQty = decimal('0.004');
    const small = { execution, smallestQty, held: '0.01' };
    expect(said(small)).toBe('wait 1000');
    expect(said({ ...small, elapsedMs: 1_000 })).toBe('market 0.005');
    expect(said({ ...small, held: '0.005', sold: '0.005', elapsedMs: 2_000 })).toBe('wait 3000');
    expect(said({ ...small, held: '0.005', sold: '0.005', elapsedMs: 3_000 })).toBe('market 0.005');
  });

  it('ends early rather than leaving dust', () => {
    const dust = { execution, smallestQty: decimal('0.3') };
    expect(said({ ...dust, elapsedMs: 1_000 })).toBe('market 0.5');
    expect(said({ ...dust, held: '0.5', sold: '0.5', elapsedMs: 2_000 })).toBe('wait 3000');
    expect(said({ ...dust, held: '0.55', elapsedMs: 2_000 })).toBe('market 0.55');
  });

  it('does not put off what cannot be sold anyway', () => {
    expect(said({ execution, held: '0.01', smallestQty: decimal('0.02') })).toBe('market 0.01');
  });

  it('is over where the stop is passed', () => {
    expect(said({ execution, stopPassed: true, held: '0.75', sold: '0.25', elapsedMs: 1 })).toBe(
      'market 0.75',
    );
  });

  it('is nothing but one order with one slice or without intervals', () => {
    expect(said({ execution: { ...TWAP, slices: 1 } })).toBe('market 1');
    expect(said({ execution: { ...TWAP, intervalMs: 0 } })).toBe('market 1');
  });
});

describe('the floor', () => {
  const kinds: readonly ExitExecution[] = [
    { ...IOC, hardFloorPct: '0.5' },
    { ...ICEBERG, hardFloorPct: '0.5' },
    { ...TWAP, hardFloorPct: '0.5' },
  ];
  const sides: readonly [PositionSide, string, string][] = [
    ['LONG', '44775', '44775.1'],
    ['SHORT', '45225', '45224.9'],
  ];

  for (const execution of kinds) {
    it.each(sides)(`of ${execution.kind} ends the patience of a %s at %s`, (side, at, before) => {
      expect(said({ execution, side, level: '45000', price: at })).toBe('market 1');
      expect(said({ execution, side, level: '45000', price: before })).not.toBe('market 1');
      expect(said({ execution, side, level: null, price: at })).not.toBe('market 1');
    });
  }

  it('is none for an exit at market, without a level, or when it is not asked for', () => {
    expect(exitFloor({ kind: 'market' }, decimal('45000'), 'LONG')).toBeNull();
    expect(exitFloor(IOC, decimal('45000'), 'LONG')).toBeNull();
    expect(exitFloor({ ...IOC, hardFloorPct: '1' }, null, 'LONG')).toBeNull();
  });
});
