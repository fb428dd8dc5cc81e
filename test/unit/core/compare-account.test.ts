import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../../../src/model/decimal.js';
import {
  type BelievedOrder,
  compareOrders,
  comparePositions,
  type ExpectedPosition,
} from '../../../src/reconciliation/compare-account.js';
import { reportOf, text } from '../../support/core-values.js';

function believed(clientOrderId: string, more: Partial<BelievedOrder> = {}): BelievedOrder {
  return {
    clientOrderId,
    symbol: 'BTCUSDT',
    venueOrderId: null,
    mayRest: true,
    touchedAt: 1,
    ...more,
  };
}

const isOwn = (id: string): boolean => id.startsWith('pm');

function compare(
  open: readonly ReturnType<typeof reportOf>[],
  beliefs: readonly BelievedOrder[],
  startedAt = 10,
) {
  const { known, strays, missing } = compareOrders({ openOrders: open, startedAt }, beliefs, isOwn);
  return {
    known: known.map(({ orderId }) => orderId),
    strays: strays.map(({ orderId }) => orderId),
    missing,
  };
}

describe('compareOrders', () => {
  it('finds ours by client id, and by the exchange’s id where a report has none', () => {
    const open = [
      reportOf({ clientOrderId: 'pm1', orderId: '1' }),
      reportOf({ clientOrderId: null, orderId: '2' }),
    ];
    expect(compare(open, [believed('pm1'), believed('pm2', { venueOrderId: '2' })])).toEqual({
      known: ['1', '2'],
      strays: [],
      missing: [],
    });
  });

  it('never takes an order of another symbol with the same number for ours', () => {
    const open = [reportOf({ clientOrderId: null, orderId: '2', symbol: 'ETHUSDT' })];
    expect(compare(open, [believed('pm2', { venueOrderId: '2' })])).toEqual({
      known: [],
      strays: [],
      missing: ['pm2'],
    });
  });

  it('calls an order with our mark that nobody knows a stray, and leaves foreign ones alone', () => {
    const open = [
      reportOf({ clientOrderId: 'pm9', orderId: '9' }),
      reportOf({ clientOrderId: 'bot', orderId: '3' }),
      reportOf({ clientOrderId: null, orderId: '4' }),
    ];
    expect(compare(open, [])).toEqual({ known: [], strays: ['9'], missing: [] });
  });

  it('misses only what should rest and was not touched after the reads began', () => {
    const beliefs = [
      believed('pm1'),
      believed('pm2', { mayRest: false }),
      believed('pm3', { touchedAt: 10 }),
      believed('pm4', { touchedAt: 11 }),
    ];
    expect(compare([], beliefs).missing).toEqual(['pm1']);
  });

  it('says the same for any order of the lists', () => {
    const ids = fc.uniqueArray(fc.nat(30), { maxLength: 10 });
    fc.assert(
      fc.property(ids, ids, fc.infiniteStream(fc.nat()), (resting, believes, picks) => {
        const shuffle = <Value>(list: readonly Value[]): Value[] =>
          list
            .map((value) => ({ value, at: picks.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ value }) => value);
        const open = resting.map((id) => reportOf({ clientOrderId: `pm${id}`, orderId: `${id}` }));
        const beliefs = believes.map((id) => believed(`pm${id}`));
        expect(compare(shuffle(open), shuffle(beliefs))).toEqual(compare(open, beliefs));
      }),
    );
  });
});

function position(side: 'LONG' | 'SHORT', quantity: string, symbol = 'BTCUSDT') {
  return {
    symbol,
    side,
    quantity: decimal(quantity),
    entryPrice: decimal('1'),
    liquidationPrice: null,
    time: 1,
  };
}

function expected(
  side: 'LONG' | 'SHORT',
  ours: string,
  more: Partial<ExpectedPosition> = {},
): ExpectedPosition {
  return {
    symbol: 'BTCUSDT',
    side,
    ours: decimal(ours),
    external: ZERO,
    changedSince: false,
    ...more,
  };
}

function differences(
  positions: readonly ReturnType<typeof position>[],
  beliefs: readonly ExpectedPosition[],
): readonly string[] {
  return comparePositions(positions, beliefs).map(
    (row) =>
      `${row.symbol} ${row.side} ${text(row.ours)}+${text(row.external)} is ${text(row.actual)}`,
  );
}

describe('comparePositions', () => {
  it('says nothing where both agree, external quantity included', () => {
    expect(
      differences(
        [position('LONG', '0.3')],
        [expected('LONG', '0.1', { external: decimal('0.2') }), expected('SHORT', '0')],
      ),
    ).toEqual([]);
  });

  it('tells too much, too little, nothing, and what nobody expected, sorted', () => {
    const rows = [
      position('LONG', '0.3'),
      position('SHORT', '0.1'),
      position('LONG', '1', 'ADAUSDT'),
    ];
    const beliefs = [
      expected('SHORT', '0.2'),
      expected('LONG', '0.1'),
      expected('LONG', '5', { symbol: 'ETHUSDT' }),
    ];
    expect(differences(rows, beliefs)).toEqual([
      'ADAUSDT LONG 0+0 is 1',
      'BTCUSDT LONG 0.1+0 is 0.3',
      'BTCUSDT SHORT 0.2+0 is 0.1',
      'ETHUSDT LONG 5+0 is 0',
    ]);
  });

  it('holds back where something changed since the reads began, and ignores flat rows', () => {
    expect(differences([position('LONG', '0')], [])).toEqual([]);
    expect(differences([], [expected('LONG', '1', { changedSince: true })])).toEqual([]);
  });
});
