import uPlot from 'uplot';
import { element } from '../../page/client/element.js';
import { priceText, timeText } from '../../page/client/format.js';
import { onThemeChange } from '../../page/client/theme-switch.js';
import type { ColourOf } from './price-layers.js';

/** What a drawing asks of its neighbours, and tells them. */
export interface FrameEvents {
  /** Room at the right, px. */
  readonly room: (width: number) => number;
  readonly onView: (from: number, to: number) => void;
  /** Time of the point under the cursor; `null` = it is elsewhere. */
  readonly onCursor: (time: number | null) => void;
}

export interface FrameRequest extends FrameEvents {
  /** Points of the line that the cursor goes by: times, and values. */
  readonly data: uPlot.AlignedData;
  readonly series: uPlot.Series;
  readonly height: number;
  readonly hasTimes: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** What the upright axis shows while these times are in view. */
  readonly range: (from: number, to: number) => [number, number];
  readonly values?: (value: number, span: number) => string;
  /** Below and above the line itself. */
  readonly drawUnder?: (plot: uPlot, colourOf: ColourOf) => void;
  readonly drawOver?: (plot: uPlot, colourOf: ColourOf) => void;
}

export interface Frame {
  readonly drawing: HTMLElement;
  readonly plot: uPlot;
  /** Shows these times, with the values that they need. */
  look(from: number, to: number): void;
}

const AXIS_WIDTH = 84;
const AXIS_FONT = '11px ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace';
const DAY_MS = 86_400_000;
/** Shorter views tell milliseconds. */
const WITH_MS_BELOW_MS = 10_000;

/** One of the drawings that stand below each other over the same time. */
export function chartFrame(request: FrameRequest): Frame {
  const drawing = element('div', { class: 'drawing', ...request.attributes });
  const plot = new uPlot(optionsOf(request), request.data, drawing);
  new ResizeObserver(() => {
    const width = Math.floor(drawing.clientWidth);
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: request.height });
  }).observe(drawing);
  onThemeChange(() => plot.redraw(false));
  const look = (from: number, to: number): void => {
    plot.batch(() => {
      plot.setScale('x', { min: from, max: to });
      // The room that axes and names need.
      plot.redraw(false, true);
    });
  };
  return { drawing, plot, look };
}

function optionsOf(request: FrameRequest): uPlot.Options {
  const { height, series, hasTimes, values = priceText } = request;
  const axis = {
    stroke: () => colours()('--quiet'),
    grid: { stroke: () => colours()('--grid'), width: 1 },
    ticks: { show: false },
    font: AXIS_FONT,
  };
  return {
    width: 600,
    height,
    ms: 1,
    tzDate: (time) => uPlot.tzDate(new Date(time), 'Etc/UTC'),
    padding: [12, (plot) => request.room(plot.width), hasTimes ? 0 : 6, 0],
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false, setScale: true },
      points: { show: false },
      y: false,
      // The cursor is shared, what is dragged is not: the view follows by itself.
      sync: {
        key: 'report',
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
    },
    scales: {
      x: { time: true },
      // It follows from the times in view.
      y: { from: 'x', ori: 1, time: false, range: (_plot, min, max) => request.range(min, max) },
    },
    axes: [
      {
        ...axis,
        space: 96,
        size: 28,
        ...(hasTimes
          ? { values: (plot, ticks) => timesOf(plot, ticks) }
          : { size: 0, values: () => [] }),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 28,
        values: (_plot, ticks) => {
          const span = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0);
          return ticks.map((value) => values(value, span));
        },
      },
    ],
    series: [{}, { points: { show: false }, ...series }],
    hooks: {
      drawAxes: [(plot) => request.drawUnder?.(plot, colours())],
      draw: [(plot) => request.drawOver?.(plot, colours())],
      setScale: [
        (plot, key) => {
          const { min, max } = plot.scales.x ?? {};
          if (key === 'x' && typeof min === 'number' && typeof max === 'number') {
            request.onView(min, max);
          }
        },
      ],
      setCursor: [
        (plot) => {
          const { idx } = plot.cursor;
          request.onCursor(typeof idx === 'number' ? (plot.data[0][idx] ?? null) : null);
        },
      ],
    },
  };
}

function timesOf(plot: uPlot, ticks: readonly number[]): string[] {
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const isLong = max - min > DAY_MS;
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((time) => {
    if (max - min < WITH_MS_BELOW_MS) return timeText(time, true);
    if (!isLong) return timeText(time);
    const day = new Date(time).toISOString().slice(5, 10);
    return step >= DAY_MS ? day : `${day} ${timeText(time).slice(0, 5)}`;
  });
}

/** Asked anew for every drawing: the colours follow the theme. */
export function colours(): ColourOf {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}
