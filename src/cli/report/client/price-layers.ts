import type uPlot from 'uplot';
import { spreadLabels } from '../../page/client/chart-range.js';
import type { ReportEntry, ReportExit } from '../report-data.js';
import { drawSign, signOf } from './rule-signs.js';
import { type Points, placeOf, type Segment } from './segments.js';
import type { LineKind, TrancheLines } from './tranche-lines.js';

export type ColourOf = (name: string) => string;

/** Dashes tell the kinds apart as well as colours do. Lengths in CSS px. */
const STROKES: Readonly<
  Record<LineKind, { colour: string; width: number; dash: readonly number[] }>
> = {
  entry: { colour: '--held', width: 1, dash: [] },
  'take-profit': { colour: '--profit', width: 1.6, dash: [7, 4] },
  guard: { colour: '--guard', width: 1.6, dash: [2, 3] },
  stop: { colour: '--stop', width: 2.2, dash: [] },
};

const LABEL_HEIGHT = 15;
const LABEL_FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace';
const MARK_SIZE = 5.5;
/** Marks are numbered while so many are in view; more would cover each other. */
const NUMBERED_MAX = 48;
/** Numbers that stand above each other. */
const STACKED_MAX = 3;

export interface Marks {
  readonly entries: readonly ReportEntry[];
  readonly exits: readonly ReportExit[];
  /** Place of the exit that is looked at; `null` = none. */
  readonly chosen: ReportExit | null;
  numberOf(exit: ReportExit): number;
}

/** Whatever is drawn stays inside of the plot. */
export function withinPlot({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** A second line beside the one of the chart. */
export function drawPoints(plot: uPlot, points: Points, colour: string, width: number): void {
  const { ctx } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const first = Math.max(placeOf(points.times, min) - 1, 0);
  const last = Math.min(placeOf(points.times, max), points.times.length - 1);
  ctx.beginPath();
  ctx.setLineDash([]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * devicePixelRatio;
  for (let index = first; index <= last; index += 1) {
    const x = plot.valToPos(points.times[index] ?? 0, 'x', true);
    const y = plot.valToPos(points.values[index] ?? 0, 'y', true);
    if (index === first) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  }
  ctx.stroke();
}

/** A level as it moved: flat while it held, upright where it went. */
export function traceSteps(plot: uPlot, segments: readonly Segment[]): void {
  const { ctx } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  let before: Segment | null = null;
  ctx.beginPath();
  for (const segment of segments) {
    if (segment.to < min || segment.from > max) {
      before = null;
      continue;
    }
    const y = plot.valToPos(segment.value, 'y', true);
    const x = plot.valToPos(Math.max(segment.from, min), 'x', true);
    if (before !== null && before.to === segment.from) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    ctx.lineTo(plot.valToPos(Math.min(segment.to, max), 'x', true), y);
    before = segment;
  }
}

export function drawLevels(
  plot: uPlot,
  tranches: readonly TrancheLines[],
  colourOf: ColourOf,
): void {
  const { ctx } = plot;
  for (const { lines } of tranches) {
    for (const { kind, segments } of lines) {
      const { colour, width, dash } = STROKES[kind];
      ctx.strokeStyle = colourOf(colour);
      ctx.lineWidth = width * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      traceSteps(plot, segments);
      ctx.stroke();
    }
  }
  ctx.setLineDash([]);
}

/** Names the levels of one tranche at the right, none over another; those out of sight with an arrow. */
export function nameLevels(plot: uPlot, { lines }: TrancheLines, colourOf: ColourOf): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const bottom = bbox.top + bbox.height;
  const labels = lines.flatMap(({ kind, name, segments }) => {
    const last = segments.findLast(({ from, to }) => from <= max && to >= min);
    if (last === undefined) return [];
    const y = plot.valToPos(last.value, 'y', true);
    const edge = y < bbox.top ? '▲ ' : y > bottom ? '▼ ' : '';
    const at = Math.min(Math.max(y, bbox.top), bottom);
    return [{ text: `${edge}${name} ${last.value}`, at, colour: STROKES[kind].colour }];
  });
  const scale = devicePixelRatio;
  const height = LABEL_HEIGHT * scale;
  const middles = spreadLabels(
    labels.map(({ at }) => at),
    height,
    bbox.top - height,
    bottom + height,
  );
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.font = `${11 * scale}px ${LABEL_FONT}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.lineWidth = scale;
  labels.forEach(({ text, at, colour }, index) => {
    const middle = middles[index] ?? at;
    ctx.strokeStyle = colourOf(colour);
    ctx.fillStyle = colourOf(colour);
    ctx.beginPath();
    ctx.moveTo(right, at);
    ctx.lineTo(right + 6 * scale, middle);
    ctx.lineTo(right + 10 * scale, middle);
    ctx.stroke();
    ctx.fillText(text, right + 13 * scale, middle);
  });
  ctx.restore();
}

/** Entries and exits: the rule by its shape as well as by its colour, with the number of the exit in the table. */
export function drawMarks(plot: uPlot, marks: Marks, colourOf: ColourOf): void {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const entries = marks.entries.filter(({ time }) => time >= min && time <= max);
  const exits = marks.exits.filter(({ time }) => time >= min && time <= max);
  ctx.setLineDash([]);
  ctx.lineWidth = 1.8 * scale;
  ctx.fillStyle = colourOf('--panel');
  for (const { time, price, side } of entries) {
    ctx.strokeStyle = colourOf(signOf(side).colour);
    const y = plot.valToPos(Number(price), 'y', true);
    drawSign(ctx, side, plot.valToPos(time, 'x', true), y, MARK_SIZE * scale);
  }
  for (const exit of exits) {
    ctx.strokeStyle = colourOf(signOf(exit.reason).colour);
    const { x, y } = placeOfExit(plot, exit);
    drawSign(ctx, exit.reason, x, y, MARK_SIZE * scale);
  }
  if (exits.length <= NUMBERED_MAX) numberExits(plot, exits, marks, colourOf);
  if (marks.chosen !== null) ringAround(plot, marks.chosen, colourOf);
}

/** Where an exit is on the canvas, device px. */
export function placeOfExit(plot: uPlot, { time, price }: ReportExit): { x: number; y: number } {
  return {
    x: plot.valToPos(time, 'x', true),
    y: plot.valToPos(Number(price), 'y', true),
  };
}

function numberExits(
  plot: uPlot,
  exits: readonly ReportExit[],
  { numberOf }: Marks,
  colourOf: ColourOf,
): void {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  const placed: { x: number; y: number }[] = [];
  ctx.font = `${10 * scale}px ${LABEL_FONT}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  for (const exit of exits) {
    const { x, y } = placeOfExit(plot, exit);
    const at = { x, y: y - 13 * scale };
    const isCovered = () => placed.some((other) => isOver(other, at, scale));
    for (let step = 1; step < STACKED_MAX && isCovered(); step += 1) at.y -= 11 * scale;
    if (isCovered()) continue;
    placed.push(at);
    const text = `${numberOf(exit)}`;
    ctx.lineWidth = 3 * scale;
    ctx.strokeStyle = colourOf('--panel');
    ctx.strokeText(text, at.x, at.y);
    ctx.fillStyle = colourOf('--ink');
    ctx.fillText(text, at.x, at.y);
  }
}

function isOver(a: { x: number; y: number }, b: { x: number; y: number }, scale: number): boolean {
  return Math.abs(a.x - b.x) < 15 * scale && Math.abs(a.y - b.y) < 10 * scale;
}

function ringAround(plot: uPlot, exit: ReportExit, colourOf: ColourOf): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const { x, y } = placeOfExit(plot, exit);
  ctx.strokeStyle = colourOf('--ink');
  ctx.lineWidth = scale;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, y - 12 * scale);
  ctx.moveTo(x, y + 12 * scale);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.moveTo(x + 12 * scale, y);
  ctx.arc(x, y, 12 * scale, 0, 2 * Math.PI);
  ctx.stroke();
}
