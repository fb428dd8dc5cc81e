import { chartFrame, colours, type Frame, type FrameEvents } from './chart-frame.js';
import type { ChartScene } from './chart-scene.js';
import { countOf } from './numbers.js';
import { drawLevels, drawMarks, drawPoints, nameLevels, withinPlot } from './price-layers.js';
import { priceRange } from './view-range.js';

const HEIGHT = 430;
/** How many times their own span the prices may be flattened to, for levels of all tranches and of one. */
const SPAN_FACTOR_ALL = 1.7;
const SPAN_FACTOR_ONE = 4;

/** Prices with entries, levels as they moved, and exits. The one drawing that keys act on. */
export function priceFrame(scene: ChartScene, events: FrameEvents): Frame {
  const { data, prices } = scene;
  const [main = { times: [], values: [] }, ...others] = prices;
  const counts = `${countOf(scene.tranches.length, 'tranche')} and ${countOf(data.exits.length, 'exit')}`;
  return chartFrame({
    ...events,
    data: [main.times, [...main.values]],
    series: { stroke: () => colours()('--ink'), width: 1.3 },
    height: HEIGHT,
    hasTimes: true,
    attributes: {
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart',
      'aria-label': `Price of ${data.symbol} with the levels of ${counts}. The tables below say the same.`,
      'aria-describedby': 'chart-keys',
    },
    range: (min, max) => {
      const lines = scene.shownTranches.flatMap((tranche) => tranche.lines);
      const levels = lines.flatMap(({ segments }) => segments);
      const factor = scene.tranche === null ? SPAN_FACTOR_ALL : SPAN_FACTOR_ONE;
      return priceRange(prices, levels, min, max, factor);
    },
    drawUnder: (plot, colourOf) =>
      withinPlot(plot, () => {
        for (const other of others) drawPoints(plot, other, colourOf('--quiet'), 1);
      }),
    drawOver: (plot, colourOf) => {
      withinPlot(plot, () => {
        drawLevels(plot, scene.shownTranches, colourOf);
        drawMarks(
          plot,
          {
            entries: data.entries.filter(({ tranche }) => scene.isShown(tranche)),
            exits: scene.shownExits,
            chosen: scene.exit,
            numberOf: (exit) => scene.numberOf(exit),
          },
          colourOf,
        );
      });
      const [only] = scene.shownTranches;
      if (scene.tranche !== null && only !== undefined) nameLevels(plot, only, colourOf);
    },
  });
}
