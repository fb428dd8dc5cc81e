import type { Row } from './row.js';

/** How much of it: `quick` for CI, `full` for the figures of the documentation. */
export interface GoalSize {
  readonly quick: boolean;
}

/** Measures the rows of one goal, in a process of its own. */
export type Goal = (size: GoalSize) => Promise<readonly Row[]>;
