import { describe, expect, it } from 'vitest';
import { decimal, ZERO } from '../../../src/model/decimal.js';
import type { OrderReport, PositionReport } from '../../../src/model/reports.js';
import { comparePositions } from '../../../src/reconciliation/compare-account.js';
import {
  type BelievedProtection,
  verifyProtection,
} from '../../../src/reconciliation/verify-protection.js';
import { reportOf, termsOf } from '../../support/core-values.js';

type Side = 'LONG' | 'SHORT';
type BelievedOrder = BelievedProtection['orders'][number];

function position(symbol: string, side: Side, quantity: string): PositionReport {
  return {
    symbol,
    side,
    quantity: decimal(quantity),
    entryPrice: decimal('45000'),
    liquidationPrice: null,
    time: 1,
  };
}

describe('comparePositions, at its edges', () => {
  it('tells the entry price of what is held, and none of a flat row', () => {
    const difference = { symbol: 'BTCUSDT', side: 'LONG', external: ZERO };
    expect(comparePositions([position('BTCUSDT', 'LONG', '0.3')], [])).toEqual([
      { ...difference, ours: ZERO, actual: decimal('0.3'), entryPrice: decimal('45000') },
    ]);
    const belief = {
      symbol: 'BTCUSDT',
      side: 'LONG' as const,
      ours: decimal('1'),
      external: ZERO,
      changedSince: false,
    };
    expect(comparePositions([position('BTCUSDT', 'LONG', '0')], [belief])).toEqual([
      { ...difference, ours: decimal('1'), actual: ZERO, entryPrice: null },
    ]);
  });
});

function stopOf(
  clientOrderId: string,
  trancheId: string,
  terms: Partial<BelievedOrder['terms']> = {},
): BelievedOrder {
  return { clientOrderId, trancheId, role: 'stop-loss', terms: termsOf(terms) };
}

function trancheOf(trancheId: string, held: string, guardedLocally = false) {
  return { trancheId, held: decimal(held), wantsStop: true, guardedLocally };
}

function believed(more: Partial<BelievedProtection> = {}): BelievedProtection {
  return {
    symbol: 'BTCUSDT',
    side: 'LONG',
    tranches: [trancheOf('t', '0.1')],
    orders: [stopOf('c1', 't')],
    ...more,
  };
}

const HELD = position('BTCUSDT', 'LONG', '0.1');

function problemsOf(
  open: readonly OrderReport[],
  belief: BelievedProtection = believed(),
  held: PositionReport = HELD,
): readonly string[] {
  return verifyProtection([belief], open, [held], 1).positions.flatMap(({ problems }) => problems);
}

describe('verifyProtection, side by side', () => {
  it('verifies each side of each symbol on its own, and sorts them', () => {
    const short = { side: 'BUY', positionSide: 'SHORT', triggerPrice: decimal('47000') } as const;
    const eth = { symbol: 'ETHUSDT', triggerPrice: decimal('3000') };
    const beliefs = [
      believed({
        symbol: 'ETHUSDT',
        tranches: [trancheOf('e', '3')],
        orders: [stopOf('e1', 'e', { ...eth, quantity: decimal('3') })],
      }),
      believed({
        side: 'SHORT',
        tranches: [trancheOf('s', '0.2')],
        orders: [stopOf('s1', 's', { ...short, quantity: decimal('0.2') })],
      }),
      believed(),
    ];
    const open = [
      reportOf(),
      reportOf({ ...short, clientOrderId: 's1', quantity: decimal('0.2') }),
      reportOf({ ...eth, clientOrderId: 'e1', quantity: decimal('3') }),
      reportOf({ clientOrderId: null }),
    ];
    const held = [
      position('SOLUSDT', 'LONG', '0'),
      position('ETHUSDT', 'LONG', '3'),
      position('BTCUSDT', 'SHORT', '0.2'),
      HELD,
      position('ADAUSDT', 'SHORT', '7'),
    ];
    const report = verifyProtection(beliefs, open, held, 1);
    expect(
      report.positions.map((row) => [row.symbol, row.side, row.held, row.resting, row.problems]),
    ).toEqual([
      ['ADAUSDT', 'SHORT', '7', '0', [expect.stringContaining('the exchange holds 7')]],
      ['BTCUSDT', 'LONG', '0.1', '0.1', []],
      ['BTCUSDT', 'SHORT', '0.2', '0.2', []],
      ['ETHUSDT', 'LONG', '3', '3', []],
    ]);
    expect(report.protected).toBe(false);
  });

  it('sorts its sides, in whatever order they come', () => {
    const symbols = ['A', 'B', 'C'].map((name) => `${name}USDT`);
    for (const [first = '', second = '', third = ''] of [
      symbols,
      [...symbols].reverse(),
      [symbols[1], symbols[2], symbols[0]],
    ]) {
      const held = [first, second, third].map((symbol) => position(symbol, 'LONG', '1'));
      const { positions } = verifyProtection([], [], held, 1);
      expect(positions.map(({ symbol }) => symbol)).toEqual(symbols);
    }
  });

  it('is protected if crashed only when what rests covers every side and nothing differs', () => {
    const judged = (belief: BelievedProtection, held = HELD) => {
      const report = verifyProtection([belief], [reportOf()], [held], 1);
      return [report.protected, report.protectedIfCrashed];
    };
    expect(judged(believed())).toEqual([true, true]);
    const guarded = { tranches: [trancheOf('t', '0.1', true)], orders: [] };
    expect(judged(believed(guarded))).toEqual([true, false]);
    expect(judged(believed(), position('BTCUSDT', 'LONG', '0.05'))).toEqual([false, false]);
  });

  it('counts an order for its own tranche only, and a close for none', () => {
    const close = { ...stopOf('gone', 'a'), role: 'close' as const };
    const belief = believed({
      tranches: [trancheOf('a', '0.04'), trancheOf('b', '0.06')],
      orders: [stopOf('c1', 'a'), close],
    });
    const report = verifyProtection([belief], [reportOf()], [HELD], 1);
    expect(report.positions).toMatchObject([{ resting: '0.04', uncovered: '0.06', problems: [] }]);
  });
});

describe('the problems that verifyProtection names', () => {
  const differs = (what: string): readonly string[] => [
    `stop-loss c1 differs at the exchange: ${what}`,
  ];

  it.each([
    ['side BUY', { side: 'BUY' }],
    ['position side SHORT', { positionSide: 'SHORT' }],
    ['kind limit', { kind: 'limit' }],
    ['trigger price', { triggerPrice: decimal('42000') }],
  ] as const)('%s', (what, more) => {
    expect(problemsOf([reportOf(more)])).toEqual(differs(what));
  });

  it('price, where the order has one', () => {
    const belief = believed({ orders: [stopOf('c1', 't', { price: decimal('42700') })] });
    expect(problemsOf([reportOf({ price: decimal('42600') })], belief)).toEqual(differs('price'));
    expect(problemsOf([reportOf({ price: decimal('42700') })], belief)).toEqual([]);
  });

  it('reduce-only, in one-way mode alone', () => {
    const oneWay = believed({ orders: [stopOf('c1', 't', { positionSide: 'BOTH' })] });
    const report = reportOf({ positionSide: 'BOTH', reduceOnly: false });
    expect(problemsOf([report], oneWay)).toEqual(differs('not reduce-only'));
    expect(problemsOf([reportOf({ reduceOnly: false })])).toEqual([]);
  });

  it('what is not there, and a quantity that differs', () => {
    expect(problemsOf([], believed(), position('BTCUSDT', 'LONG', '0.3'))).toEqual([
      'stop-loss c1 does not rest at the exchange',
      'the exchange holds 0.3, our tranches 0.1',
    ]);
  });
});
