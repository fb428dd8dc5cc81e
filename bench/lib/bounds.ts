import type { Bounds } from './row.js';

/**
 * What `--check` refuses, by row: worse than anything that noise makes of the figures of `--quick`.
 *
 * Ratios to yardsticks of the same run, and figures that do not depend on the machine (bytes, sizes, counts). Milliseconds
 * alone are never checked. Tighten a bound when its figure has become better for good.
 */
export const REGRESSION_BOUNDS: Readonly<Record<string, Bounds>> = {
  gate: { figureMax: 0 },
  G1b: { ratioMax: 30 },
  G1c: { ratioMax: 1.6 },
  G1d: { figureMax: 64 },
  'G1-naive': { ratioMax: 0.001 },
  G2a: { ratioMin: 0.05 },
  G2d: { ratioMin: 0.1 },
  G3a: { ratioMax: 12 },
  G3b: { ratioMax: 2 },
  G9a: { ratioMax: 35 },
  G11a: { figureMax: 125 },
  G11b: { figureMax: 8 },
  G11d: { figureMax: 0 },
  replay: { ratioMin: 0.06 },
};

/** Goals that are measured with `--check`, unless others are asked for: the quick ones whose ratios are steady. */
export const CHECKED_GOALS: readonly string[] = [
  ...['gate', 'G1', 'G2', 'G3', 'G9', 'G11', 'replay'],
];
