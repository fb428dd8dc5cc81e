import type uPlot from 'uplot';
import type { ReportExit } from '../report-data.js';
import { placeOfExit } from './price-layers.js';
import { placeOf } from './segments.js';

/** A click this near to a mark picks it, CSS px. */
const PICK_DISTANCE = 14;

/** Moves the cursor by a share of the view, at least to the next point; the view goes along. */
export function moveCursor(plot: uPlot, share: number): void {
  const times = plot.data[0];
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  if (times.length === 0) return;
  const at = plot.cursor.idx ?? (share < 0 ? times.length - 1 : placeOf(times, min));
  const goal = placeOf(times, (times[at] ?? min) + share * (max - min));
  const next = share < 0 ? Math.min(goal, at - 1) : Math.max(goal, at + 1);
  const index = Math.min(Math.max(next, 0), times.length - 1);
  const time = times[index] ?? min;
  if (time < min || time > max) {
    const shift = time < min ? time - min : time - max;
    plot.batch(() => plot.setScale('x', { min: min + shift, max: max + shift }));
  }
  const value = plot.data[1]?.[index];
  plot.setCursor({
    left: plot.valToPos(time, 'x'),
    top: typeof value === 'number' ? plot.valToPos(value, 'y') : 0,
  });
}

/** The exit whose mark is under the mouse; `null` = none is near. */
export function exitUnder(
  plot: uPlot,
  exits: readonly ReportExit[],
  { offsetX, offsetY }: MouseEvent,
): ReportExit | null {
  let best: ReportExit | null = null;
  let least = PICK_DISTANCE;
  for (const exit of exits) {
    const { x, y } = placeOfExit(plot, exit);
    const left = (x - plot.bbox.left) / devicePixelRatio;
    const top = (y - plot.bbox.top) / devicePixelRatio;
    const distance = Math.hypot(left - offsetX, top - offsetY);
    if (distance <= least) {
      least = distance;
      best = exit;
    }
  }
  return best;
}
