import { describe, expect, it } from 'vitest';
import { measureCover } from '../../../src/cli/verify/measure-cover.js';
import { normaliseOrder, normalisePosition } from '../../../src/execution/normalise-reports.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';

const PLAN = exitPlanFrom({ stopLossPct: 1 }, null, 'plan');
const LONG = { symbol: 'BTCUSDT', side: 'LONG', quantity: '1', entryPrice: '100' };
const STOP = {
  symbol: 'BTCUSDT',
  orderId: '1',
  side: 'SELL',
  positionSide: 'LONG',
  kind: 'stop-market',
  status: 'accepted',
  quantity: '1',
  executedQty: '0',
  triggerPrice: '99',
  time: 1_700_000_000_000,
};

function cover(...orders: object[]) {
  const positions = [normalisePosition(LONG, 0)];
  const picture = { positions, orders: orders.map((row) => normaliseOrder(row)), checkedAt: 0 };
  return measureCover(picture, null, () => PLAN)[0];
}

describe('an order covers a side', () => {
  it('when it can only close it', () => {
    expect(cover(STOP)).toMatchObject({ resting: '1', uncovered: '0', notes: [] });
  });

  it('also when it becomes a limit at its level', () => {
    const [stop] = cover({ ...STOP, kind: 'stop-limit', price: '98.5' })?.stops ?? [];
    expect(stop).toMatchObject({ quantity: '1', price: '99' });
  });

  it('with what is left of it', () => {
    expect(cover({ ...STOP, executedQty: '0.3' })).toMatchObject({ resting: '0.7' });
  });

  it('wholly when it closes the position and has no quantity of its own', () => {
    expect(cover({ ...STOP, quantity: '0' })).toMatchObject({ resting: '1' });
  });

  it('up to what is held', () => {
    expect(cover({ ...STOP, quantity: '5' })).toMatchObject({ resting: '1', uncovered: '0' });
  });
});

describe('an order covers nothing', () => {
  it.each([
    ['on the entry side', { side: 'BUY' }],
    ['on the other leg', { positionSide: 'SHORT', side: 'BUY' }],
    ['of the other leg on the exit side', { positionSide: 'SHORT' }],
    ['without a leg and without reduce-only', { positionSide: 'BOTH' }],
    ['of another symbol', { symbol: 'ETHUSDT' }],
    ['that has been triggered', { status: 'triggered' }],
    ['that is over', { status: 'canceled' }],
    ['without a trigger price', { triggerPrice: '0' }],
    ['that is a take-profit', { kind: 'take-profit-market' }],
    ['that is a limit', { kind: 'limit', price: '110' }],
    ['that is a market order', { kind: 'market' }],
    ['that ends at once', { kind: 'ioc-limit', price: '98' }],
    [
      'that is a limit that its level has released',
      { kind: 'stop-limit', price: '98.5', status: 'triggered' },
    ],
  ])('%s', (_name, terms) => {
    expect(cover({ ...STOP, ...terms })).toMatchObject({ resting: '0', uncovered: '1' });
  });
});

it('a pending entry is no take-profit', () => {
  const entry = { ...STOP, kind: 'limit', side: 'BUY', price: '90' };
  expect(cover(STOP, entry)).toMatchObject({ takeProfit: '0' });
});
