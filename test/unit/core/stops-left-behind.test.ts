import { describe, expect, it } from 'vitest';
import type { TrancheNode } from '../../../src/engine/state.js';
import type { Step } from '../../../src/engine/step-context.js';
import { fillsUntil, LEFT_BEHIND, stopsLeftBehind } from '../../../src/engine/triggered-stops.js';
import { TRIGGERED_UNFILLED_MS } from '../../../src/limits.js';
import { decimal } from '../../../src/model/decimal.js';
import { type OrderValues, orderOf } from '../../support/core-values.js';

const NOW = 10_000;

function isLeftBehind(order: OrderValues, mono = NOW): boolean {
  const stop = orderOf({ terms: { kind: 'stop-limit', price: decimal('42500') }, ...order });
  const node = { orders: [stop] } as unknown as TrancheNode;
  return stopsLeftBehind({ mono } as Step, node).length > 0;
}

describe('a stop that is a limit', () => {
  it('is left behind when its time to fill is over', () => {
    const triggered: OrderValues = {
      status: 'triggered',
      triggeredAt: NOW - TRIGGERED_UNFILLED_MS,
    };
    expect(isLeftBehind(triggered)).toBe(true);
    expect(isLeftBehind(triggered, NOW - 1)).toBe(false);
    expect(isLeftBehind({ status: 'accepted' })).toBe(false);
    expect(isLeftBehind({ ...triggered, role: 'take-profit' })).toBe(false);
    expect(isLeftBehind({ ...triggered, terms: { kind: 'stop-market' } })).toBe(false);
  });

  it('stays so until everything that it executed is booked', () => {
    const canceled: OrderValues = { status: 'canceled', triggeredAt: NOW - TRIGGERED_UNFILLED_MS };
    expect(isLeftBehind(canceled)).toBe(false);
    expect(isLeftBehind({ ...canceled, reportedQty: decimal('0.05') })).toBe(true);
  });

  it('is known for it after a restart, when nobody knows its trigger any more', () => {
    const restored: OrderValues = { status: 'canceled', reportedQty: decimal('0.05') };
    expect(isLeftBehind({ ...restored, cancelReason: LEFT_BEHIND })).toBe(true);
    expect(isLeftBehind({ ...restored, cancelReason: 'replaced' })).toBe(false);
  });

  it('has its time anew where nobody knows when it was triggered', () => {
    const order = orderOf({ status: 'triggered' });
    expect(fillsUntil({ mono: NOW } as Step, order)).toBe(NOW + TRIGGERED_UNFILLED_MS);
    expect(fillsUntil({ mono: NOW + 500 } as Step, order)).toBe(NOW + TRIGGERED_UNFILLED_MS);
  });
});
