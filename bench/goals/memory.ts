import { inChild } from '../lib/children.js';
import type { Goal } from '../lib/goal.js';
import { rowOf } from '../lib/row.js';

/** G9: what a tracked tranche weighs. */
export const memory: Goal = async ({ quick }) => {
  const count = quick ? 5_000 : 100_000;
  const flags = ['--expose-gc', '--max-old-space-size=8000'];
  const weigh = (what: string): Promise<{ bytes: number }> =>
    inChild('weigh', { what, count }, flags);
  const plain = await weigh('objects');
  const fixed = await weigh('two-levels');
  const trailing = await weigh('trailing');
  const yardstick = 'straight port: an object of 14 fields in a Map';
  return [
    rowOf({
      id: 'G9a',
      name: `bytes per tracked tranche, ${count} held`,
      goal: '<= 200 B and <= 0.55x of the straight object port',
      unit: 'B',
      figure: fixed.bytes,
      reference: plain.bytes,
      yardstick,
      bounds: { figureMax: 200, ratioMax: 0.55 },
      note: 'all of the monitor: tranche, plan, ledgers of its fills, levels, timers',
    }),
    rowOf({
      id: 'G9b',
      name: 'bytes more when it trails (and has a stop, but no take-profit)',
      goal: '<= 20 B',
      unit: 'B',
      figure: trailing.bytes - fixed.bytes,
      reference: plain.bytes,
      yardstick,
      bounds: { figureMax: 20 },
    }),
  ];
};
