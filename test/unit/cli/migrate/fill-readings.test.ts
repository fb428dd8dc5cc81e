import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFills } from '../../../../src/cli/migrate/old/fill-readings.js';
import { readOrders } from '../../../../src/cli/migrate/old/old-orders.js';
import { readRelations } from '../../../../src/cli/migrate/old/old-relations.js';
import { oldNumber, oldTime, type RawRow } from '../../../../src/cli/migrate/old/old-values.js';
import { quantityOf } from '../../../../src/cli/migrate/old/reading.js';

/** One life of a tranche: entries of some quantities, and what was sold of it, in thousandths. */
const life = fc.record({
  side: fc.constantFrom('LONG' as const, 'SHORT' as const),
  tranche: fc.integer({ min: 0, max: 3 }),
  entries: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 900 }),
      price: fc.integer({ min: 1, max: 9e5 }),
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  soldShare: fc.constantFrom(0, 0.25, 0.5, 1),
  /** Of what is sold out: whether the bot marked its entries, and whether it wrote the exit. */
  isMarked: fc.boolean(),
  repeats: fc.integer({ min: 0, max: 2 }),
});

function readingOf(rows: readonly RawRow[], key: string) {
  const reading = readFills(readOrders(rows, readRelations([], [])), 'hedge').readings.get(key);
  return reading ?? { tranches: [] };
}

describe('what fills add up to', () => {
  it('is what was bought less what was sold, however often it was told', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 6 }), (lives) => {
        const rows: RawRow[] = [];
        const held = new Map<string, number>();
        let order = 0;
        for (const { side, tranche, entries, soldShare, isMarked, repeats } of lives) {
          const response = JSON.stringify({ positionSide: side });
          const bought = entries.reduce((sum, { quantity }) => sum + quantity, 0);
          const sold = Math.floor(bought * soldShare);
          const status = soldShare === 1 && isMarked ? 'CLOSED' : 'FILLED';
          const add = (row: RawRow): void => {
            order += 1;
            const whole = {
              symbol: 'BTCUSDT',
              order_id: `${order}`,
              exchange_trade_id: `${order}-1,${order}-2`,
              tranche_id: tranche,
              response,
              ...row,
            };
            for (let copy = 0; copy <= repeats; copy += 1) rows.push(whole);
          };
          for (const { quantity, price } of entries) {
            const qty = quantity / 1_000;
            add({
              side: side === 'LONG' ? 'BUY' : 'SELL',
              qty,
              filled_qty: qty,
              avg_price: price,
              status,
            });
          }
          if (sold > 0) {
            add({ side: side === 'LONG' ? 'SELL' : 'BUY', qty: sold / 1_000, status: 'FILLED' });
          }
          held.set(side, (held.get(side) ?? 0) + bought - sold);
        }
        for (const [side, thousandths] of held) {
          const reading = readingOf(rows, `BTCUSDT|${side}`);
          expect(Number(quantityOf(reading))).toBeCloseTo(thousandths / 1_000, 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never averages without weights: the cost of what was bought is kept', () => {
    fc.assert(
      fc.property(life, ({ entries }) => {
        const rows = entries.map(({ quantity, price }, index) => ({
          symbol: 'BTCUSDT',
          order_id: `${index}`,
          side: 'BUY',
          status: 'FILLED',
          qty: quantity / 1_000,
          avg_price: price,
        }));
        const [tranche] = readingOf(rows, 'BTCUSDT|LONG').tranches;
        const cost = entries.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
        const bought = entries.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(Number(tranche?.entryPrice)).toBeCloseTo(cost / bought, 6);
      }),
    );
  });
});

describe('values of an older database', () => {
  it.each([
    [0.1 + 0.2, '0.3'],
    [45_574.700000000004, '45574.7'],
    [7.3800000000000005e-6, '0.00000738'],
    [123_456_789.5, '123456789.5'],
    [1e15, '1000000000000000'],
    [-0.25, '-0.25'],
    ['0.5', '0.5'],
    [0, '0'],
  ])('reads %s as %s', (value, text) => {
    expect(oldNumber(value)?.toFixed()).toBe(text);
  });

  it.each([null, undefined, '', 'many', Number.NaN, Number.POSITIVE_INFINITY, {}])(
    'takes %s for no number',
    (value) => expect(oldNumber(value)).toBeNull(),
  );

  it.each([
    [1_768_176_000_000, 1_768_176_000_000],
    [1_768_176_000, 1_768_176_000_000],
    ['2026-01-12 00:00:00', 1_768_176_000_000],
    ['2026-01-12T01:00:00+01:00', 1_768_176_000_000],
    ['yesterday', null],
    [0, null],
    [null, null],
  ])('reads the time %s', (value, time) => expect(oldTime(value)).toBe(time));
});
