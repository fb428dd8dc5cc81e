import { emergency } from './goals/emergency.js';
import { fillPath } from './goals/fill-path.js';
import { gate } from './goals/gate.js';
import { maintenance } from './goals/maintenance.js';
import { manySymbols } from './goals/many-symbols.js';
import { memory } from './goals/memory.js';
import { quietTick } from './goals/quiet-tick.js';
import { recovery } from './goals/recovery.js';
import { replay } from './goals/replay.js';
import { size } from './goals/size.js';
import { stalls } from './goals/stalls.js';
import { tail } from './goals/tail.js';
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
  { id: 'gate', title: 'Correctness', measure: gate },
  {
    id: 'G1',
    title: 'A quiet tick',
    measure: quietTick,
    flags: ['--expose-gc', '--max-semi-space-size=64', '--max-old-space-size=14000'],
  },
  { id: 'G2', title: '500 symbols', measure: manySymbols, flags: ['--max-old-space-size=8000'] },
  { id: 'G3', title: 'Trailing stops', measure: trailing, flags: ['--max-old-space-size=8000'] },
  {
    id: 'G4',
    title: 'Open, move, close, fire',
    measure: maintenance,
    flags: ['--max-old-space-size=8000'],
  },
  { id: 'G5', title: 'From a fill to its orders', measure: fillPath },
  { id: 'G6', title: 'Fills a second', measure: throughput },
  { id: 'G7', title: 'A hundred fills', measure: headline },
  { id: 'G8', title: 'Stalls of the event loop', measure: stalls },
  { id: 'G9', title: 'Memory', measure: memory },
  { id: 'G10', title: 'Recovery', measure: recovery },
  { id: 'G11', title: 'Size and import', measure: size },
  { id: 'G12', title: 'A close behind a crowd', measure: emergency },
  {
    id: 'G13',
    title: 'The tail of single ticks',
    measure: tail,
    flags: ['--max-old-space-size=8000'],
  },
  { id: 'replay', title: 'Replay', measure: replay },
];
