import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import { trancheIdOf } from '../../../src/model/ids.js';
import { bookFailure, bookMiss, newSearch } from '../../../src/orders/absence-proof.js';
import {
  clientOrderIdOf,
  isOwnClientOrderId,
  ownPrefix,
  parseClientOrderId,
} from '../../../src/orders/client-order-id.js';
import { absorbEvidence, newLedger } from '../../../src/orders/execution-ledger.js';
import { applyReport, newIntent } from '../../../src/orders/order-lifecycle.js';
import {
  cumulativeOf,
  orderOf,
  reportOf,
  termsOf,
  text,
  tradeOf,
} from '../../support/core-values.js';

const ISSUER = { instanceId: 'default', incarnation: 'a1b2' };
const TRANCHE = trancheIdOf('BTCUSDT', 'LONG', '12345', 0);
const FIRST_STOP = { role: 'stop-loss', slot: 0, generation: 0 } as const;

describe('absence proof, at its edges', () => {
  it('begins at once, neither running nor alarmed', () => {
    expect(newSearch(7)).toEqual({
      startedMono: 7,
      rounds: 0,
      nextMono: 7,
      running: false,
      alarmed: false,
    });
  });

  it.each([
    ['half the time that is left', 7_000, 2_000],
    ['no less than a round', 10_800, 250],
    ['no more than the longest pause', 0, 5_000],
  ])('before the deadline it waits %s', (_what, venueTime, pause) => {
    const search = { ...newSearch(0), running: true };
    bookMiss(search, 10_000, venueTime, 2, 100);
    expect([search.nextMono, search.running]).toEqual([100 + pause, false]);
  });

  it('grows the pause after a failure with the time since the search began', () => {
    const search = { ...newSearch(1_000), running: true };
    bookFailure(search, 2_000);
    expect([search.nextMono, search.running]).toEqual([2_500, false]);
  });
});

describe('client order ids, at their edges', () => {
  const id = clientOrderIdOf(ISSUER, TRANCHE, FIRST_STOP);

  it('are ours only with our mark and in their full length', () => {
    expect(isOwnClientOrderId(id, 'default')).toBe(true);
    for (const foreign of [null, '', ownPrefix('default'), `${id}0`, id.slice(0, -1)])
      expect(isOwnClientOrderId(foreign, 'default')).toBe(false);
  });

  it.each([
    ['role', 22, 'x'],
    ['slot', 23, '??'],
    ['generation', 25, '????'],
  ])('with an unreadable %s are not read', (_what, at, letters) => {
    const broken = id.slice(0, at) + letters + id.slice(at + letters.length);
    expect(broken).toHaveLength(id.length);
    expect(isOwnClientOrderId(broken, 'default')).toBe(true);
    expect(parseClientOrderId(broken, 'default')).toBeNull();
  });

  it.each(['xa1b2', 'a1b2x', 'a1b', ''])('take no incarnation like "%s"', (incarnation) => {
    expect(() => clientOrderIdOf({ ...ISSUER, incarnation }, TRANCHE, FIRST_STOP)).toThrow(
      'a store incarnation has four lower-case base-36 characters',
    );
  });

  it('name the number that does not fit', () => {
    expect(() => clientOrderIdOf(ISSUER, TRANCHE, { ...FIRST_STOP, slot: 1_296 })).toThrow(
      '1296 fits 2 base-36 characters',
    );
  });
});

describe('the execution ledger, at its edges', () => {
  it('begins without a tranche and keeps each trade as it was', () => {
    const ledger = newLedger('BTCUSDT', '1', 0);
    expect(ledger.trancheIds).toEqual([]);
    absorbEvidence(ledger, tradeOf('1', '0.1', '45000', '2'), 3);
    expect([...ledger.trades]).toEqual([
      ['1', { quantity: decimal('0.1'), price: decimal('45000'), fee: decimal('2') }],
    ]);
    expect(ledger.updatedAt).toBe(3);
  });

  it('gives a fee alone no cost, though the trade was dearer than the average', () => {
    const ledger = newLedger('BTCUSDT', '1', 0);
    absorbEvidence(ledger, cumulativeOf('0.1', '45000'), 1);
    const delta = absorbEvidence(ledger, tradeOf('1', '0.1', '45001', '2'), 2);
    expect([text(delta?.quantity), text(delta?.cost), text(delta?.fee)]).toEqual(['0', '0', '2']);
    expect(text(ledger.bookedCost)).toBe('4500');
  });
});

describe('the life of an order, at its edges', () => {
  it('begins recorded, with the moments until which it may leave and may arrive', () => {
    const { clientOrderId, trancheId } = orderOf();
    const times = { now: 100, venue: 5_000, sendWithinMs: 1_000, recvWindowMs: 2_000 };
    expect(
      newIntent({
        clientOrderId,
        trancheId,
        ...FIRST_STOP,
        rule: 'breakeven',
        terms: termsOf(),
        ...times,
      }),
    ).toMatchObject({
      rule: 'breakeven',
      status: 'initialized',
      cancelStatus: 'none',
      createdAt: 5_000,
      sendBy: 1_100,
      deadline: 8_000,
      updatedAt: 100,
    });
  });

  it('takes nothing new from a status that is repeated', () => {
    const order = orderOf({ status: 'submitted', unsent: true });
    expect(applyReport(order, reportOf(), 2, 7).became).toBe('accepted');
    expect(applyReport(order, reportOf(), 3, 8).became).toBeNull();
    expect([order.unsent, order.triggeredAt, order.updatedAt]).toEqual([false, null, 2]);
    expect(applyReport(order, reportOf({ status: 'filled' }), 4, 9).became).toBe('filled');
    expect(applyReport(order, reportOf({ status: 'filled' }), 5, 10).became).toBeNull();
    expect(order.updatedAt).toBe(4);
  });

  it('keeps a request to cancel until the order has ended', () => {
    const order = orderOf({ status: 'submitted', cancelStatus: 'requested' });
    applyReport(order, reportOf(), 2, 2);
    expect(order.cancelStatus).toBe('requested');
    applyReport(order, reportOf({ status: 'canceled' }), 3, 3);
    expect(order.cancelStatus).toBe('none');
  });
});
