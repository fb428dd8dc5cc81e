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

function stop(id: string, quantity: string, level: string, more: OrderValues = {}): WorkingOrder {
  return orderOf({
    id,
    ...more,
    terms: { quantity: decimal(quantity), triggerPrice: decimal(level) },
  });
}

function diff(request: Partial<StopDiffRequest>) {
  const result = diffStops({
    desired: [],
    working: [],
    held: decimal('0.1'),
    moveMustWait: false,
    severalStops: true,
    ...request,
  });
  return {
    place: result.place.map((order) => `${text(order.quantity)} @ ${text(order.triggerPrice)}`),
    resend: result.resend.map(({ clientOrderId }) => clientOrderId),
    cancel: result.cancel.map(({ clientOrderId }) => clientOrderId),
    uncovered: text(result.uncovered),
    waiting: result.waiting,
    settled: result.settled,
  };
}

const QUIET = { place: [], resend: [], cancel: [], uncovered: '0', waiting: false, settled: true };

describe('diffStops', () => {
  it('places what is wanted and does not rest', () => {
    expect(diff({ desired: [wanted('0.1', '42750')] })).toEqual({
      ...QUIET,
      place: ['0.1 @ 42750'],
      settled: false,
    });
  });

  it('is settled when exactly the wanted stop rests', () => {
    expect(
      diff({ desired: [wanted('0.1', '42750')], working: [stop('a', '0.1', '42750')] }),
    ).toEqual(QUIET);
  });

  it('waits for one in flight and does not place another', () => {
    const working = [stop('a', '0.1', '42750', { status: 'submitted' })];
    expect(diff({ desired: [wanted('0.1', '42750')], working })).toEqual({
      ...QUIET,
      settled: false,
    });
  });

  it('moves new before old: the old one stays until the new one is live', () => {
    const desired = [wanted('0.1', '43000')];
    expect(diff({ desired, working: [stop('old', '0.1', '42750')] })).toEqual({
      ...QUIET,
      place: ['0.1 @ 43000'],
      settled: false,
    });
    const inFlight = [
      stop('old', '0.1', '42750'),
      stop('new', '0.1', '43000', { status: 'submitted', generation: 1 }),
    ];
    expect(diff({ desired, working: inFlight })).toEqual({ ...QUIET, settled: false });
    const live = [stop('old', '0.1', '42750'), stop('new', '0.1', '43000', { generation: 1 })];
    expect(diff({ desired, working: live })).toEqual({ ...QUIET, cancel: ['old'], settled: false });
  });

  it('covers an addition at once when the move itself must wait', () => {
    const working = [stop('old', '0.1', '42750')];
    const request = {
      desired: [wanted('0.15', '42600')],
      working,
      held: decimal('0.15'),
      moveMustWait: true,
    };
    expect(diff(request)).toEqual({ ...QUIET, uncovered: '0.05', waiting: true, settled: false });
    const covered = [...working, stop('more', '0.05', '42600', { status: 'submitted' })];
    expect(diff({ ...request, working: covered })).toEqual({
      ...QUIET,
      waiting: true,
      settled: false,
    });
  });

  it('where only one may rest, the old one goes first, and only when it may', () => {
    const request = {
      desired: [wanted('0.1', '43000')],
      working: [stop('old', '0.1', '42750')],
      severalStops: false,
    };
    expect(diff(request)).toEqual({ ...QUIET, cancel: ['old'], settled: false });
    expect(diff({ ...request, moveMustWait: true })).toEqual({
      ...QUIET,
      waiting: true,
      settled: false,
    });
    expect(
      diff({ ...request, working: [stop('old', '0.1', '42750', { status: 'canceled' })] }),
    ).toEqual({ ...QUIET, place: ['0.1 @ 43000'], settled: false });
  });

  it('sends again what is known not to have left, and drops it when it is not wanted any more', () => {
    const unsent = stop('a', '0.1', '42750', { status: 'initialized', unsent: true });
    expect(diff({ desired: [wanted('0.1', '42750')], working: [unsent] })).toEqual({
      ...QUIET,
      resend: ['a'],
      settled: false,
    });
    expect(diff({ desired: [wanted('0.1', '43000')], working: [unsent] })).toEqual({
      ...QUIET,
      place: ['0.1 @ 43000'],
      cancel: ['a'],
      settled: false,
    });
  });

  it('leaves a triggered stop alone: it is the exit', () => {
    const triggered = stop('a', '0.1', '42750', { status: 'triggered' });
    expect(diff({ desired: [wanted('0.1', '43000')], working: [triggered] })).toEqual(QUIET);
    const both = [triggered, stop('b', '0.1', '42000')];
    expect(diff({ desired: [wanted('0.1', '42750')], working: both }).cancel).toEqual([]);
  });

  it('removes everything when nothing is wanted', () => {
    expect(
      diff({
        working: [stop('a', '0.1', '42750'), stop('b', '0.1', '42000', { status: 'submitted' })],
      }),
    ).toEqual({ ...QUIET, cancel: ['a', 'b'], settled: false });
  });

  it('keeps the live one of two equal stops', () => {
    const working = [
      stop('flight', '0.1', '42750', { status: 'submitted', generation: 2 }),
      stop('live', '0.1', '42750', { generation: 1 }),
    ];
    expect(diff({ desired: [wanted('0.1', '42750')], working }).cancel).toEqual(['flight']);
  });

  it('ignores what is ended or asked to end', () => {
    const working = [
      stop('a', '0.1', '42750', { status: 'filled' }),
      stop('b', '0.1', '42750', { cancelStatus: 'submitted' }),
    ];
    expect(diff({ desired: [wanted('0.1', '42750')], working }).place).toEqual(['0.1 @ 42750']);
  });
});

function limit(id: string, quantity: string, price: string, more: OrderValues = {}): WorkingOrder {
  return orderOf({
    id,
    role: 'take-profit',
    ...more,
    terms: {
      kind: 'limit',
      quantity: decimal(quantity),
      price: decimal(price),
      triggerPrice: null,
      triggerSource: null,
    },
  });
}

function aim(quantity: string, price: string, slot = 0): DesiredOrder {
  return {
    slot,
    kind: 'limit',
    quantity: decimal(quantity),
    price: decimal(price),
    triggerPrice: null,
    triggerSource: null,
  };
}

function profitDiff(desired: readonly DesiredOrder[], working: readonly WorkingOrder[]) {
  const result = diffTakeProfits(desired, working);
  return {
    place: result.place.map((order) => `${text(order.quantity)} @ ${text(order.price)}`),
    cancel: result.cancel.map(({ clientOrderId }) => clientOrderId),
    resend: result.resend.map(({ clientOrderId }) => clientOrderId),
    settled: result.settled,
  };
}

describe('diffTakeProfits', () => {
  it('places what is missing and keeps what fits', () => {
    expect(profitDiff([aim('0.1', '45450')], [])).toEqual({
      place: ['0.1 @ 45450'],
      cancel: [],
      resend: [],
      settled: false,
    });
    expect(profitDiff([aim('0.1', '45450')], [limit('a', '0.1', '45450')])).toEqual({
      place: [],
      cancel: [],
      resend: [],
      settled: true,
    });
  });

  it('replaces old before new, so that two never rest for one quantity', () => {
    const desired = [aim('0.15', '45300')];
    expect(profitDiff(desired, [limit('a', '0.1', '45450')])).toMatchObject({
      place: [],
      cancel: ['a'],
    });
    expect(
      profitDiff(desired, [limit('a', '0.1', '45450', { cancelStatus: 'submitted' })]),
    ).toMatchObject({ place: [], cancel: [] });
    expect(profitDiff(desired, [limit('a', '0.1', '45450', { status: 'canceled' })])).toMatchObject(
      { place: ['0.15 @ 45300'] },
    );
  });

  it('waits for executions that are reported and not booked', () => {
    const ended = limit('a', '0.1', '45450', { status: 'canceled', reportedQty: decimal('0.04') });
    expect(profitDiff([aim('0.1', '45450')], [ended])).toMatchObject({ place: [], settled: false });
  });

  it('gives a quantity that an old order still holds to no other slot', () => {
    const working = [limit('a', '0.1', '45450')];
    expect(profitDiff([aim('0.05', '45450'), aim('0.05', '45900', 1)], working)).toMatchObject({
      place: [],
      cancel: ['a'],
    });
  });

  it('sends again what did not leave', () => {
    const unsent = limit('a', '0.1', '45450', { status: 'initialized', unsent: true });
    expect(profitDiff([aim('0.1', '45450')], [unsent])).toMatchObject({ resend: ['a'], place: [] });
  });
});
