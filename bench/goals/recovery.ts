import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inChild } from '../lib/children.js';
import type { Goal } from '../lib/goal.js';
import { inTurn, median } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';

/** G10: from a cold process to an armed monitor. */
export const recovery: Goal = async ({ quick }) => {
  const count = quick ? 10_000 : 100_000;
  const folder = mkdtempSync(join(tmpdir(), 'bench-recovery-'));
  const path = join(folder, 'open.db');
  const flags = ['--max-old-space-size=8000'];
  await inChild('write-tranches', { path, count }, flags);
  const taken = await inTurn(
    {
      armed: async (round) => {
        const own = join(folder, `round-${round}.db`);
        copyFileSync(path, own);
        return (await inChild<{ tookMs: number }>('recover', { path: own, count }, flags)).tookMs;
      },
      select: async () =>
        (await inChild<{ tookMs: number }>('read-everything', { path }, flags)).tookMs,
    },
    { rounds: quick ? 1 : 3, warmUp: quick ? 0 : 1 },
  );
  rmSync(folder, { recursive: true, force: true });
  const [armed, select] = [median(taken.armed), median(taken.select)];
  const yardstick = 'better-sqlite3: SELECT * of the same tables, cold process';
  return [
    rowOf({
      id: 'G10a',
      name: `${count} open tranches, cold process -> armed`,
      goal: '<= 1.5x of the bare SELECT',
      unit: 'ms',
      figure: armed,
      reference: select,
      yardstick,
      bounds: { ratioMax: 1.5 },
      note: 'start() from the call to its end, first comparison with the exchange included',
    }),
    rowOf({
      id: 'G10b',
      name: `${count} open tranches, from a snapshot`,
      goal: '<= 150 ms',
      unit: 'ms',
      figure: armed,
      reference: select,
      yardstick,
      bounds: { figureMax: 150 },
      offered: false,
      note: 'there is no snapshot of columns; measured is the start from the rows',
    }),
  ];
};
