import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { DesiredOrder } from '../../../src/model/desired-order.js';
import type { WorkingOrder } from '../../../src/model/order.js';
import { diffStops, type StopDiffRequest } from '../../../src/orders/stop-diff.js';
import { diffTakeProfits } from '../../../src/orders/take-profit-diff.js';
import { type OrderValues, orderOf, text } from '../../support/core-values.js';

function wanted(quantity: string, level: string, slot = 0): DesiredOrder {
  return {
    slot,
    kind: 'stop-market',
    quantity: decimal(quantity),
    price: null,
    triggerPrice: decimal(level),
    triggerSource: 'LAST',
  };
}

function working(
  id: string,
  quantity: string,
  level: string,
  more: OrderValues = {},
): WorkingOrder {
  return orderOf({
    id,
    ...more,
    terms: { quantity: decimal(quantity), triggerPrice: decimal(level) },
  });
}

const ids = (orders: readonly WorkingOrder[]): readonly string[] =>
  orders.map(({ clientOrderId }) => clientOrderId);

const levels = (orders: readonly DesiredOrder[]): readonly string[] =>
  orders.map((order) => `${text(order.quantity)} @ ${text(order.triggerPrice)}`);

function stops(request: Partial<StopDiffRequest>) {
  const diff = diffStops({
    desired: [],
    working: [],
    held: decimal('0.1'),
    moveMustWait: false,
    severalStops: true,
    ...request,
  });
  return {
    place: levels(diff.place),
    resend: ids(diff.resend),
    cancel: ids(diff.cancel),
    uncovered: text(diff.uncovered),
    waiting: diff.waiting,
    settled: diff.settled,
  };
}

const NOTHING = { place: [], resend: [], cancel: [], uncovered: '0', waiting: false };
const UNSENT = { status: 'initialized', unsent: true } as const;

describe('diffStops, at its edges', () => {
  it('judges the rest when a triggered stop takes only a part', () => {
    const triggered = working('a', '0.04', '42750', { status: 'triggered' });
    expect(stops({ desired: [wanted('0.06', '42750')], working: [triggered] })).toEqual({
      ...NOTHING,
      place: ['0.06 @ 42750'],
      settled: false,
    });
    const both = [triggered, working('b', '0.06', '42750')];
    expect(stops({ desired: [wanted('0.06', '42750')], working: both })).toEqual({
      ...NOTHING,
      settled: true,
    });
  });

  it('is not settled while another stop rests beside one that takes everything', () => {
    const both = [
      working('a', '0.1', '42750', { status: 'triggered' }),
      working('b', '0.1', '42000'),
    ];
    expect(stops({ working: both })).toEqual({ ...NOTHING, settled: false });
  });

  it('removes what rests when nothing is held any more', () => {
    expect(stops({ held: decimal('0'), working: [working('a', '0.1', '42750')] })).toEqual({
      ...NOTHING,
      cancel: ['a'],
      settled: false,
    });
  });

  it('drops what did not leave at once, while the wanted one is in flight', () => {
    const orders = [
      working('wanted', '0.1', '43000', { status: 'submitted' }),
      working('left', '0.1', '42750'),
      working('unsent', '0.1', '42750', UNSENT),
    ];
    expect(stops({ desired: [wanted('0.1', '43000')], working: orders }).cancel).toEqual([
      'unsent',
    ]);
  });

  it('counts what did not leave as cover only when it is wanted', () => {
    const request = { moveMustWait: true, working: [working('a', '0.05', '43000', UNSENT)] };
    expect(stops({ ...request, desired: [wanted('0.1', '44000')] })).toEqual({
      ...NOTHING,
      cancel: ['a'],
      uncovered: '0.1',
      waiting: true,
      settled: false,
    });
    const desired = [wanted('0.05', '43000'), wanted('0.05', '44000', 1)];
    expect(stops({ ...request, desired })).toEqual({
      ...NOTHING,
      resend: ['a'],
      uncovered: '0.05',
      waiting: true,
      settled: false,
    });
  });

  it('leaves one that rests in place while a move must wait', () => {
    const orders = [working('rests', '0.1', '42750'), working('unsent', '0.1', '42500', UNSENT)];
    expect(
      stops({ desired: [wanted('0.1', '43000')], working: orders, moveMustWait: true }).cancel,
    ).toEqual(['unsent']);
  });

  it('keeps the newer of two equal stops that rest, in any order', () => {
    const older = working('older', '0.1', '42750', { generation: 1 });
    const newer = working('newer', '0.1', '42750', { generation: 2 });
    for (const orders of [
      [older, newer],
      [newer, older],
    ])
      expect(stops({ desired: [wanted('0.1', '42750')], working: orders }).cancel).toEqual([
        'older',
      ]);
  });
});

function profits(desired: readonly DesiredOrder[], orders: readonly WorkingOrder[]) {
  const diff = diffTakeProfits(desired, orders);
  return { place: levels(diff.place), cancel: ids(diff.cancel), settled: diff.settled };
}

describe('diffTakeProfits, at its edges', () => {
  const rests = (id: string, slot: number, more: OrderValues = {}): WorkingOrder =>
    working(id, '0.05', '45450', { role: 'take-profit', slot, ...more });

  it('takes no order of another slot for the wanted one', () => {
    expect(profits([wanted('0.05', '45450')], [rests('a', 1)])).toEqual({
      place: [],
      cancel: ['a'],
      settled: false,
    });
  });

  it('places the slot that is missing beside one that rests', () => {
    const desired = [wanted('0.05', '45450'), wanted('0.05', '45900', 1)];
    expect(profits(desired, [rests('a', 0)])).toEqual({
      place: ['0.05 @ 45900'],
      cancel: [],
      settled: false,
    });
  });

  it('gives no slot a quantity that another one executed and that is not booked', () => {
    const ended = rests('a', 1, { status: 'canceled', reportedQty: decimal('0.02') });
    expect(profits([wanted('0.05', '45450')], [ended])).toEqual({
      place: [],
      cancel: [],
      settled: false,
    });
  });

  it('is settled only when every wanted order rests', () => {
    const desired = [wanted('0.05', '45450'), wanted('0.05', '45450', 1)];
    const inFlight = rests('b', 1, { status: 'submitted' });
    expect(profits(desired, [rests('a', 0), inFlight]).settled).toBe(false);
    expect(profits(desired, [rests('a', 0), rests('b', 1)]).settled).toBe(true);
  });
});
