import { fillPath } from './goals/fill-path.js';
import { maintenance } from './goals/maintenance.js';
import { manySymbols } from './goals/many-symbols.js';
import { quietTick } from './goals/quiet-tick.js';
import { stalls } from './goals/stalls.js';
import { headline, throughput } from './goals/throughput.js';
import { trailing } from './goals/trailing.js';
import type { Goal } from './lib/goal.js';

export interface GoalEntry {
  readonly id: string;
  readonly title: string;
  readonly measure: Goal;
  /** Of Node, for the process that measures it. */
  readonly flags?: readonly string[];
}

/** In the order of the report. */
export const GOALS: readonly GoalEntry[] = [
  {
    id: 'G1',
    title: 'A quiet tick',
    measure: quietTick,
    flags: ['--expose-gc', '--max-semi-space-size=64', '--max-old-space-size=14000'],
  },
  { id: 'G2', title: '500 symbols', measure: manySymbols, flags: ['--max-old-space-size=8000'] },
  { id: 'G3', title: 'Trailing stops', measure: trailing, flags: ['--max-old-space-size=8000'] },
  { id: 'G4', title: 'Open, move, close, fire', measure: maintenance, flags: ['--max-old-space-size=8000'] },
  { id: 'G5', title: 'From a fill to its orders', measure: fillPath },
  { id: 'G6', title: 'Fills a second', measure: throughput },
  { id: 'G7', title: 'A hundred fills', measure: headline },
  { id: 'G8', title: 'Stalls of the event loop', measure: stalls },
];
