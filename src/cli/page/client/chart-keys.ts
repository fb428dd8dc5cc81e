import type uPlot from 'uplot';

const ZOOM = 1.6;
/** With Shift, the cursor moves by so many points. */
const LEAP = 10;

/** What the keyboard does on a chart. Keys that mean nothing here are left to the browser. */
export function chartKeys(plot: uPlot, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? LEAP : 1;
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(plot, (index) => index - step),
    ArrowRight: () => move(plot, (index) => index + step),
    Home: () => move(plot, () => 0),
    End: () => move(plot, (_index, last) => last),
    '+': () => zoom(plot, 1 / ZOOM),
    '=': () => zoom(plot, 1 / ZOOM),
    '-': () => zoom(plot, ZOOM),
    '0': () => showAll(plot),
    Escape: () => plot.setCursor({ left: -10, top: -10 }),
  };
  const act = moves[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function move(plot: uPlot, to: (index: number, last: number) => number): void {
  const times = plot.data[0];
  const last = times.length - 1;
  if (last < 0) return;
  const index = Math.min(Math.max(to(plot.cursor.idx ?? last, last), 0), last);
  const time = times[index] ?? 0;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  if (time < min || time > max) {
    const shift = time < min ? time - min : time - max;
    plot.setScale('x', { min: min + shift, max: max + shift });
  }
  const price = plot.data[3]?.[index];
  const top = typeof price === 'number' ? plot.valToPos(price, 'y') : 0;
  plot.setCursor({ left: plot.valToPos(time, 'x'), top });
}

/** About the cursor, or about the end: what is newest matters most. */
function zoom(plot: uPlot, factor: number): void {
  const times = plot.data[0];
  const { min, max } = plot.scales.x ?? {};
  if (typeof min !== 'number' || typeof max !== 'number') return;
  const { idx } = plot.cursor;
  const about = typeof idx === 'number' ? (times[idx] ?? max) : max;
  const first = times[0] ?? min;
  const last = times.at(-1) ?? max;
  const low = Math.max(about - (about - min) * factor, first);
  const high = Math.min(about + (max - about) * factor, last);
  if (high > low) plot.setScale('x', { min: low, max: high });
}

function showAll(plot: uPlot): void {
  const times = plot.data[0];
  const first = times[0];
  const last = times.at(-1);
  if (first !== undefined && last !== undefined && last > first) {
    plot.setScale('x', { min: first, max: last });
  }
}
