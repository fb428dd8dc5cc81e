import type uPlot from 'uplot';
import type { ChartLevel, ChartMark, LevelKind, MarkKind } from './chart-data.js';
import { isInView, spreadLabels } from './chart-range.js';

type ColourOf = (name: string) => string;

/** How a level is drawn: dashes tell the kinds apart as well as colours do. Lengths in CSS px. */
const STROKES: Readonly<
  Record<LevelKind, { colour: string; width: number; dash: readonly number[] }>
> = {
  entry: { colour: '--held', width: 1, dash: [] },
  'take-profit': { colour: '--profit', width: 1.6, dash: [7, 4] },
  stop: { colour: '--stop', width: 2.4, dash: [] },
  guard: { colour: '--guard', width: 1.8, dash: [2, 3] },
  liquidation: { colour: '--liquidation', width: 1.6, dash: [9, 3, 2, 3] },
};

const MARKS: Readonly<Record<MarkKind, string>> = {
  entry: '--held',
  'take-profit': '--profit',
  stop: '--stop',
  other: '--ink',
};

const LABEL_HEIGHT = 15;
const LABEL_FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace';
const MARK_SIZE = 5;

interface Label {
  readonly text: string;
  readonly y: number;
  readonly colour: string;
  readonly edge: '' | '▲ ' | '▼ ';
}

/** Draws each level for the time it stood, and names the present ones at the right, none over another. */
export function drawLevels(plot: uPlot, levels: readonly ChartLevel[], colourOf: ColourOf): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const first = plot.scales.x?.min ?? 0;
  const last = plot.scales.x?.max ?? 0;
  const labels = new Map<string, Label>();
  ctx.save();
  for (const level of levels) {
    if (!isInView(level, first, last)) continue;
    const { colour, width, dash } = STROKES[level.kind];
    const y = plot.valToPos(level.price, 'y', true);
    const top = bbox.top;
    const bottom = bbox.top + bbox.height;
    const edge = y < top ? '▲ ' : y > bottom ? '▼ ' : '';
    const at = Math.min(Math.max(y, top), bottom);
    labels.set(`${level.kind} ${level.label}`, { text: level.label, y: at, colour, edge });
    if (edge !== '') continue;
    ctx.beginPath();
    ctx.strokeStyle = colourOf(colour);
    ctx.lineWidth = width * scale;
    ctx.setLineDash(dash.map((length) => length * scale));
    ctx.moveTo(plot.valToPos(Math.max(level.from ?? first, first), 'x', true), y);
    ctx.lineTo(plot.valToPos(Math.min(level.to ?? last, last), 'x', true), y);
    ctx.stroke();
  }
  writeLabels(plot, [...labels.values()], colourOf, scale);
  ctx.restore();
}

function writeLabels(
  { ctx, bbox }: uPlot,
  labels: readonly Label[],
  colourOf: ColourOf,
  scale: number,
): void {
  const right = bbox.left + bbox.width;
  const middles = spreadLabels(
    labels.map(({ y }) => y),
    LABEL_HEIGHT * scale,
    bbox.top - LABEL_HEIGHT * scale,
    bbox.top + bbox.height + LABEL_HEIGHT * scale,
  );
  ctx.setLineDash([]);
  ctx.font = `${11 * scale}px ${LABEL_FONT}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  labels.forEach(({ text, y, colour, edge }, index) => {
    const middle = middles[index] ?? y;
    ctx.strokeStyle = colourOf(colour);
    ctx.fillStyle = colourOf(colour);
    ctx.lineWidth = scale;
    ctx.beginPath();
    ctx.moveTo(right, y);
    ctx.lineTo(right + 6 * scale, middle);
    ctx.lineTo(right + 10 * scale, middle);
    ctx.stroke();
    ctx.fillText(`${edge}${text}`, right + 13 * scale, middle);
  });
}

/** Draws what happened: a triangle for an entry, a diamond for a profit, a cross for a stop, a circle for the rest. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[], colourOf: ColourOf): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  for (const mark of marks) {
    const x = plot.valToPos(mark.time, 'x', true);
    const y = plot.valToPos(mark.price, 'y', true);
    const isInside =
      x >= bbox.left && x <= bbox.left + bbox.width && y >= bbox.top && y <= bbox.top + bbox.height;
    if (!isInside) continue;
    ctx.setLineDash([]);
    ctx.lineWidth = 1.8 * scale;
    ctx.strokeStyle = colourOf(MARKS[mark.kind]);
    ctx.fillStyle = colourOf('--panel');
    ctx.beginPath();
    trace(ctx, mark.kind, x, y, MARK_SIZE * scale);
    if (mark.kind !== 'stop') ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function trace(
  ctx: CanvasRenderingContext2D,
  kind: MarkKind,
  x: number,
  y: number,
  size: number,
): void {
  switch (kind) {
    case 'entry':
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.closePath();
      return;
    case 'take-profit':
      ctx.moveTo(x - size, y);
      ctx.lineTo(x, y - size);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x, y + size);
      ctx.closePath();
      return;
    case 'stop':
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x + size, y - size);
      return;
    case 'other':
      ctx.arc(x, y, size, 0, 2 * Math.PI);
  }
}
