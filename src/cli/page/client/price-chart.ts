import uPlot from 'uplot';
import type { ChartData, ChartMark } from './chart-data.js';
import { chartKeys } from './chart-keys.js';
import { drawLevels, drawMarks } from './chart-layers.js';
import { visibleRange } from './chart-range.js';
import { element, setText } from './element.js';
import { priceText, timeText } from './format.js';
import { onThemeChange } from './theme-switch.js';

export interface PriceChart {
  /** The place of the chart, with its legend and the line that reads out what is under the cursor. */
  readonly place: HTMLElement;
  /** Draws other data. What is in view stays in view where `keepView` is true. */
  show(data: ChartData, keepView?: boolean): void;
}

/** Room at the right for the names of levels, px: less where there is less of everything. */
const GUTTER = 132;
const GUTTER_NARROW = 104;
const NARROW = 480;
/** Shortest time that is drawn when nobody zooms, ms. */
const SPAN_MS_MIN = 30_000;
const AXIS_FONT = '11px ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace';
const NOTHING: ChartData = { times: [], last: [], levels: [], marks: [] };

/**
 * A chart of price against levels. Reached by Tab; arrows move the cursor, + and − zoom, 0 shows everything.
 *
 * @param label what it shows, for people who do not see it
 * @param height of the drawing, px
 */
export function createPriceChart(label: string, height = 360): PriceChart {
  const readout = element('p', { class: 'readout', 'aria-live': 'polite' }, KEYS);
  const drawing = element('div', {
    class: 'drawing',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'price chart',
    'aria-label': `${label}. The levels stand in the table beside it.`,
    'aria-describedby': 'chart-keys',
  });
  const place = element(
    'figure',
    { class: 'chart' },
    drawing,
    element('figcaption', {}, legend(), readout),
    element('p', { id: 'chart-keys', class: 'unseen' }, KEYS),
  );
  let data = NOTHING;
  const plot = new uPlot(
    options(() => data, height, onCursor),
    tableOf(data),
    drawing,
  );

  function onCursor(at: number | null): void {
    setText(readout, at === null ? KEYS : readoutText(data, at));
  }

  new ResizeObserver(() => {
    const width = Math.floor(drawing.clientWidth);
    if (width > 0 && width !== plot.width) plot.setSize({ width, height });
  }).observe(drawing);
  onThemeChange(() => plot.redraw());
  drawing.addEventListener('keydown', (event) => chartKeys(plot, event));
  return {
    place,
    show(next, keepView = false) {
      const before = viewOf(plot, data);
      data = next;
      plot.batch(() => {
        plot.setData(tableOf(next), false);
        plot.setScale('x', keepView && before !== null ? moved(before, next) : wholeOf(next));
      });
    },
  };
}

/** What is in view, of a part that somebody chose; `null` when everything is. */
interface View {
  readonly min: number;
  readonly max: number;
  /** Whether the newest point is in view. */
  readonly isAtEnd: boolean;
}

function viewOf(plot: uPlot, { times }: ChartData): View | null {
  const { min, max } = plot.scales.x ?? {};
  const first = times[0];
  const last = times.at(-1);
  if (typeof min !== 'number' || typeof max !== 'number') return null;
  if (first === undefined || last === undefined || (min <= first && max >= last)) return null;
  return { min, max, isAtEnd: max >= last };
}

/** Who looks at the end goes on looking at the end. */
function moved({ min, max, isAtEnd }: View, { times }: ChartData): { min: number; max: number } {
  const shift = isAtEnd ? Math.max(0, (times.at(-1) ?? max) - max) : 0;
  return { min: min + shift, max: max + shift };
}

/** Everything; of a beginning, the time in which it will grow as well. */
function wholeOf({ times }: ChartData): { min: number; max: number } {
  const last = times.at(-1) ?? 0;
  return { min: Math.min(times[0] ?? 0, last - SPAN_MS_MIN), max: last };
}

const KEYS = 'Arrows move the cursor, + and − zoom, 0 shows everything. Times are UTC.';

/** Columns of uplot: times, lowest, highest, last. */
function tableOf({ times, last, low, high }: ChartData): uPlot.AlignedData {
  return [[...times], [...(low ?? last)], [...(high ?? last)], [...last]] as uPlot.AlignedData;
}

function options(
  data: () => ChartData,
  height: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: () => colour('--quiet'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
    font: AXIS_FONT,
  };
  return {
    width: 600,
    height,
    ms: 1,
    tzDate: (time) => uPlot.tzDate(new Date(time), 'Etc/UTC'),
    padding: [14, ({ width }) => (width < NARROW ? GUTTER_NARROW : GUTTER), 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false },
      points: { show: false },
    },
    scales: {
      x: { time: true },
      y: {
        // The prices are those of the view to come; the times are still those of the view before.
        range: (plot, low, high) => {
          const { min, max } = plot.scales.x ?? {};
          const from = min ?? Number.NEGATIVE_INFINITY;
          const to = max ?? Number.POSITIVE_INFINITY;
          return visibleRange({ low, high, from, to }, data().levels);
        },
      },
    },
    axes: [
      {
        ...axis,
        size: 30,
        space: 90,
        values: (_plot, ticks) => ticks.map((time) => timeText(time)),
      },
      {
        ...axis,
        size: 72,
        values: (_plot, ticks) => {
          const span = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0);
          return ticks.map((price) => priceText(price, span));
        },
      },
    ],
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: () => colour('--ink'), width: 1.4, points: { show: false } },
    ],
    bands: [{ series: [2, 1], fill: () => colour('--span') }],
    hooks: {
      draw: [
        (plot) => {
          drawLevels(plot, data().levels, colour);
          drawMarks(plot, data().marks, colour);
        },
      ],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
    },
  };
}

/** Asked anew for every drawing: the colours follow the theme. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function readoutText(data: ChartData, index: number): string {
  const time = data.times[index];
  const last = data.last[index];
  if (time === undefined || typeof last !== 'number') return KEYS;
  const low = data.low?.[index];
  const high = data.high?.[index];
  const isSpan = typeof low === 'number' && typeof high === 'number' && high > low;
  const before = data.times[index - 1] ?? Number.NEGATIVE_INFINITY;
  const marks = data.marks.filter((mark) => mark.time > before && mark.time <= time);
  return [
    `${timeText(time, true)} UTC`,
    `price ${last}`,
    ...(isSpan ? [`from ${low} to ${high}`] : []),
    ...marks.map((mark: ChartMark) => mark.label),
  ].join(' · ');
}

/** What the lines and signs mean: drawn with the same strokes. */
function legend(): HTMLElement {
  const entries = [
    ['price', 'price'],
    ['entry', 'entry'],
    ['take-profit', 'take-profit'],
    ['stop', 'stop at the exchange'],
    ['guard', 'our own guard'],
  ] as const;
  return element(
    'ul',
    { class: 'legend' },
    ...entries.map(([kind, text]) =>
      element('li', {}, element('span', { class: `stroke ${kind}`, 'aria-hidden': 'true' }), text),
    ),
  );
}
