import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/model/decimal.js';
import type { TrancheId } from '../../../src/model/ids.js';
import { TrailStack } from '../../../src/triggers/trail-stack.js';

const TRAIL = {
  trancheId: 't' as TrancheId,
  side: 'LONG' as const,
  callbackPct: decimal(1),
  levelAt: () => decimal(1),
  tickSize: 1,
};

describe('TrailStack', () => {
  it('drops groups without trails by itself once they are the most', () => {
    const stack = new TrailStack('LONG');
    stack.add(TRAIL, decimal(1_000));
    stack.settle();
    const members = [4, 3, 2, 1].map((peak) => stack.add(TRAIL, decimal(peak)));
    const settled = members.map((member) => {
      stack.remove(member);
      return stack.isSettled;
    });
    expect(settled).toEqual([false, false, true, false]);
    stack.settle();
    expect([stack.size, stack.worstPeak]).toEqual([1, 1_000]);
  });

  it('is raised and hit by no price without any trail', () => {
    const [long, short] = [new TrailStack('LONG'), new TrailStack('SHORT')];
    for (const stack of [long, short]) stack.remove(stack.add({ ...TRAIL }, decimal(5)));
    expect([long.nearest, long.worstPeak]).toEqual([-Infinity, Infinity]);
    expect([short.nearest, short.worstPeak]).toEqual([Infinity, -Infinity]);
    expect([long.isSettled, long.take(decimal(1)), long.canRaiseTo(9)]).toEqual([true, [], true]);
  });
});
