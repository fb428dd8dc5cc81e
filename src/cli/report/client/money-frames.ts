import type uPlot from 'uplot';
import { chartFrame, colours, type Frame, type FrameEvents } from './chart-frame.js';
import type { ChartScene } from './chart-scene.js';
import { amountText, countOf } from './numbers.js';
import { traceSteps, withinPlot } from './price-layers.js';
import { drawSign, signOf } from './rule-signs.js';
import { extremesOf, moneyRange } from './view-range.js';

const PNL_HEIGHT = 150;
const SLIPPAGE_HEIGHT = 110;
const SIGN_SIZE = 4;

/** PnL of all tranches after fees: realised, and with what is open. */
export function pnlFrame(scene: ChartScene, events: FrameEvents, hasTimes: boolean): Frame {
  const { total, realized } = scene;
  const { netPnl, unrealizedPnl, maxDrawdown } = scene.data.summary;
  return chartFrame({
    ...events,
    data: [total.times, [...total.values]],
    series: { stroke: () => colours()('--ink'), width: 1.1 },
    height: PNL_HEIGHT,
    hasTimes,
    attributes: {
      role: 'img',
      'aria-label': `PnL after fees over time: it ends at ${netPnl} realised and ${unrealizedPnl} open; the deepest fall from a peak is ${maxDrawdown}.`,
    },
    range: (min, max) => {
      const steps = realized.filter(({ from, to }) => from <= max && to >= min);
      return moneyRange([
        ...(extremesOf(total, min, max) ?? []),
        ...steps.map(({ value }) => value),
      ]);
    },
    values: axisText,
    drawOver: (plot, colourOf) =>
      withinPlot(plot, () => {
        zeroLine(plot, colourOf('--line'));
        plot.ctx.strokeStyle = colourOf('--held');
        plot.ctx.lineWidth = 2 * devicePixelRatio;
        traceSteps(plot, realized);
        plot.ctx.stroke();
      }),
  });
}

/** How far each fill was from its level. */
export function slippageFrame(scene: ChartScene, events: FrameEvents): Frame {
  const { from, to, measured } = scene;
  const distances = measured.map(({ slippageBps }) => slippageBps ?? 0);
  const [worst, best] = [Math.min(...distances), Math.max(...distances)];
  return chartFrame({
    ...events,
    data: [
      [from, to],
      [0, 0],
    ],
    series: { stroke: 'transparent' },
    height: SLIPPAGE_HEIGHT,
    hasTimes: true,
    attributes: {
      role: 'img',
      'aria-label': `Slippage of ${countOf(measured.length, 'exit')}, from ${worst} to ${best} basis points of the level. The table of exits has each of them.`,
    },
    range: () => moneyRange([worst, best]),
    values: axisText,
    drawOver: (plot, colourOf) =>
      withinPlot(plot, () => {
        zeroLine(plot, colourOf('--quiet'));
        const { ctx } = plot;
        ctx.fillStyle = colourOf('--panel');
        ctx.lineWidth = 1.6 * devicePixelRatio;
        for (const { time, slippageBps, reason, tranche } of measured) {
          if (!scene.isShown(tranche)) continue;
          const x = plot.valToPos(time, 'x', true);
          const y = plot.valToPos(slippageBps ?? 0, 'y', true);
          ctx.strokeStyle = colourOf(signOf(reason).colour);
          ctx.beginPath();
          ctx.moveTo(x, plot.valToPos(0, 'y', true));
          ctx.lineTo(x, y);
          ctx.stroke();
          drawSign(ctx, reason, x, y, SIGN_SIZE * devicePixelRatio);
        }
      }),
  });
}

/** An amount on an axis whose ticks span so much. */
function axisText(value: number, span: number): string {
  const digits = span >= 10 ? 0 : Math.min(1 - Math.floor(Math.log10(span || 1)), 8);
  return amountText(value, digits);
}

function zeroLine(plot: uPlot, colour: string): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(0, 'y', true));
  ctx.setLineDash([]);
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
}
