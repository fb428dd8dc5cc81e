import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { ExecutionLedger } from '../../../src/model/ledger.js';
import { absorbEvidence, newLedger } from '../../../src/orders/execution-ledger.js';
import { applyReport } from '../../../src/orders/order-lifecycle.js';
import { cumulativeOf, orderOf, reportOf, text, tradeOf } from '../../support/core-values.js';

type Evidence = ReturnType<typeof cumulativeOf>;

/** What each piece of evidence added, e.g. `0.1 for 4500`. */
function absorbed(...evidence: readonly Evidence[]): {
  readonly said: readonly string[];
  readonly ledger: ExecutionLedger;
} {
  const ledger = newLedger('BTCUSDT', '1', 0);
  const said = evidence.map((piece) => {
    const delta = absorbEvidence(ledger, piece, 1);
    return delta === null
      ? 'nothing'
      : `${text(delta.quantity)} for ${text(delta.cost)}${delta.fee.eq(0) ? '' : `, fee ${text(delta.fee)}`}`;
  });
  return { said, ledger };
}

describe('absorbEvidence', () => {
  it('prices an addition from both averages', () => {
    const { said } = absorbed(cumulativeOf('0.1', '45000'), cumulativeOf('0.3', '45060'));
    expect(said).toEqual(['0.1 for 4500', '0.2 for 9018']);
  });

  it('counts the same evidence once, and lower figures not at all', () => {
    const { said } = absorbed(
      cumulativeOf('0.3', '45060'),
      cumulativeOf('0.3', '45060'),
      cumulativeOf('0.1', '45000'),
    );
    expect(said).toEqual(['0.3 for 13518', 'nothing', 'nothing']);
  });

  it('counts trades once by their id', () => {
    const { said } = absorbed(
      tradeOf('1', '0.1', '45000', '2'),
      tradeOf('1', '0.1', '45000', '2'),
      tradeOf('2', '0.2', '45090'),
    );
    expect(said).toEqual(['0.1 for 4500, fee 2', 'nothing', '0.2 for 9018']);
  });

  it('takes the larger of trades and totals, so that they may be mixed', () => {
    const { said } = absorbed(
      cumulativeOf('0.1', '45000'),
      tradeOf('1', '0.1', '45000', '2'),
      tradeOf('2', '0.2', '45090'),
      cumulativeOf('0.3', '45060'),
    );
    expect(said).toEqual(['0.1 for 4500', '0 for 0, fee 2', '0.2 for 9018', 'nothing']);
  });

  it('believes no average that would give an addition no price', () => {
    const { said, ledger } = absorbed(cumulativeOf('1', '100'), cumulativeOf('2', '40'));
    expect(said).toEqual(['1 for 100', '1 for 40']);
    expect(text(ledger.bookedQty)).toBe('2');
  });

  it('waits for a price where there is none', () => {
    expect(absorbed(cumulativeOf('1', null), cumulativeOf('1', '100')).said).toEqual([
      'nothing',
      '1 for 100',
    ]);
  });

  it('ends in the same quantity and fees for any order and repetition', () => {
    const trades = fc.uniqueArray(
      fc.record({
        id: fc.nat(20),
        quantity: fc.integer({ min: 1, max: 9 }),
        price: fc.integer({ min: 1, max: 99 }),
      }),
      {
        selector: ({ id }) => id,
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(trades, fc.infiniteStream(fc.nat()), fc.boolean(), (list, picks, mixed) => {
        let quantity = 0;
        let cost = 0;
        const pieces: Evidence[] = list.flatMap((trade) => {
          quantity += trade.quantity;
          cost += trade.quantity * trade.price;
          const total = cumulativeOf(`${quantity}`, decimal(cost).div(quantity).toFixed());
          return mixed
            ? [tradeOf(`${trade.id}`, `${trade.quantity}`, `${trade.price}`, '1'), total]
            : [tradeOf(`${trade.id}`, `${trade.quantity}`, `${trade.price}`, '1')];
        });
        const shuffled = [...pieces, ...pieces]
          .map((piece) => ({ piece, at: picks.next().value }))
          .sort((a, b) => a.at - b.at);
        const ledger = newLedger('BTCUSDT', '1', 0);
        let fees = decimal(0);
        let booked = decimal(0);
        for (const { piece } of shuffled) {
          const delta = absorbEvidence(ledger, piece, 1);
          fees = fees.plus(delta?.fee ?? 0);
          booked = booked.plus(delta?.quantity ?? 0);
          expect(delta === null || (delta.quantity.gte(0) && delta.cost.gte(0))).toBe(true);
        }
        expect(text(ledger.bookedQty)).toBe(`${quantity}`);
        expect(text(booked)).toBe(`${quantity}`);
        expect(text(fees)).toBe(`${list.length}`);
      }),
    );
  });
});

describe('applyReport', () => {
  it('only moves an order on', () => {
    const order = orderOf({ status: 'submitted' });
    expect(applyReport(order, reportOf({ status: 'triggered' }), 2, 7).became).toBe('triggered');
    expect(applyReport(order, reportOf({ status: 'accepted' }), 2, 8).became).toBeNull();
    expect([order.status, order.triggeredAt, order.venueOrderId]).toEqual(['triggered', 7, 'v1']);
  });

  it('keeps a terminal status, except that filled corrects another one', () => {
    const order = orderOf();
    applyReport(order, reportOf({ status: 'canceled' }), 2, 2);
    expect(applyReport(order, reportOf({ status: 'expired' }), 2, 2).became).toBeNull();
    const filled = applyReport(
      order,
      reportOf({ status: 'filled', executedQty: decimal('0.1'), avgPrice: decimal('42700') }),
      2,
      2,
    );
    expect([filled.became, text(filled.executed?.quantity)]).toEqual(['filled', '0.1']);
    expect(applyReport(order, reportOf({ status: 'canceled' }), 2, 2).became).toBeNull();
  });

  it('revives an order that was thought never to have arrived', () => {
    const order = orderOf({ status: 'absent' });
    expect(applyReport(order, reportOf(), 2, 2).became).toBe('accepted');
  });

  it('notes an execution without a price as reported, not as booked', () => {
    const order = orderOf();
    const { executed } = applyReport(order, reportOf({ executedQty: decimal('0.1') }), 2, 2);
    expect([executed, text(order.reportedQty), text(order.execution.bookedQty)]).toEqual([
      null,
      '0.1',
      '0',
    ]);
  });

  it('ends the same for any order and repetition of reports', () => {
    const reports = [
      reportOf(),
      reportOf({ status: 'triggered' }),
      reportOf({ status: 'triggered', executedQty: decimal('0.04'), avgPrice: decimal('42700') }),
      reportOf({ status: 'filled', executedQty: decimal('0.1'), avgPrice: decimal('42690') }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...reports, ...reports], { minLength: 8 }), (shuffled) => {
        const order = orderOf({ status: 'submitted' });
        for (const report of shuffled) applyReport(order, report, 2, 2);
        expect([order.status, text(order.execution.bookedQty), text(order.reportedQty)]).toEqual([
          'filled',
          '0.1',
          '0.1',
        ]);
      }),
    );
  });
});
