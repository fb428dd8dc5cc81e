/**
 * What the pictures of docs/guides/exits.md show: for each rule a plan, and a made-up market that brings it about.
 *
 * `path` names the price at some seconds; between them it goes straight, with a little unrest. `acts` are done at a second.
 */
const SYMBOL = 'BTCUSDT';

export const SCENES = [
  {
    name: 'several-levels',
    title: 'A ladder of take-profit levels',
    plan: {
      takeProfitLevels: [
        { pct: 1, portion: 0.5 },
        { pct: 2, portion: 0.3 },
      ],
      stopLossPct: 1,
    },
    path: [
      [0, 44_900],
      [10, 45_000],
      [40, 45_300],
      [70, 45_560],
      [95, 45_380],
      [140, 46_020],
      [185, 45_000],
      [220, 44_480],
      [235, 44_560],
    ],
  },
  {
    name: 'trailing-stop',
    title: 'A trailing stop that is armed by the price',
    plan: {
      stopLossPct: 1,
      trailingStop: { activationPct: 0.8, callbackPct: 0.8, stepPct: 0.4 },
    },
    path: [
      [0, 44_950],
      [10, 45_000],
      [45, 45_250],
      [70, 45_420],
      [90, 45_300],
      [125, 46_150],
      [145, 45_960],
      [175, 46_480],
      [215, 46_000],
      [235, 46_060],
    ],
  },
  {
    name: 'breakeven',
    title: 'Breakeven after a level, and a stop that follows the levels',
    plan: {
      takeProfitLevels: [
        { pct: 1, portion: 0.4 },
        { pct: 2, portion: 0.3 },
        { pct: 3, portion: 0.3 },
      ],
      stopLossPct: 1,
      breakeven: { afterLevel: 1, includeFees: true, followLevels: true },
    },
    fees: { makerPct: 0.02, takerPct: 0.05 },
    path: [
      [0, 44_950],
      [10, 45_000],
      [50, 45_320],
      [75, 45_520],
      [100, 45_260],
      [145, 45_980],
      [170, 45_760],
      [190, 45_900],
      [220, 45_400],
      [235, 45_480],
    ],
  },
  {
    name: 'time-limit',
    title: 'A time limit that brings the stop near',
    plan: {
      takeProfitPct: 1.5,
      stopLossPct: 1,
      timeLimit: { ms: 100_000, action: 'tighten', stopLossPct: 0.2 },
    },
    path: [
      [0, 44_980],
      [10, 45_000],
      [60, 45_180],
      [100, 44_960],
      [130, 45_130],
      [160, 45_020],
      [200, 44_870],
      [235, 44_800],
    ],
  },
  {
    name: 'volatility',
    title: 'Levels by the average true range, planned again with every bar',
    plan: {
      stopLossPct: 1.5,
      volatility: { atrPeriod: 3, barMs: 10_000, slMultiple: 3, tpMultiple: 6 },
    },
    unrest: [
      [0, 60],
      [60, 40],
      [120, 14],
      [170, 10],
      [190, 30],
      [235, 30],
    ],
    path: [
      [0, 45_000],
      [60, 45_050],
      [120, 45_120],
      [170, 45_090],
      [210, 44_900],
      [235, 44_860],
    ],
    entersAt: 60,
  },
  {
    name: 'one-cancels-other',
    title: 'Stop and target of one quantity',
    plan: { takeProfitPct: 1, stopLossPct: 1 },
    limitParts: 2,
    unrest: [
      [0, 14],
      [235, 14],
    ],
    path: [
      [0, 44_950],
      [10, 45_000],
      [60, 45_250],
      [84, 45_400],
      [85, 45_452],
      [86, 45_380],
      [110, 45_180],
      [150, 45_330],
      [205, 44_640],
      [222, 44_520],
      [235, 44_580],
    ],
    instant: [85],
  },
  {
    name: 'exit-execution',
    title: 'A close in four slices over time, and a stop that waits for none of them',
    plan: {
      stopLossPct: 0.6,
      timeLimitMs: 60_000,
      exitExecution: { kind: 'twap', slices: 4, intervalMs: 40_000 },
    },
    path: [
      [0, 44_980],
      [10, 45_000],
      [60, 45_160],
      [110, 45_240],
      [150, 45_060],
      [175, 44_860],
      [200, 44_690],
      [235, 44_760],
    ],
  },
  {
    name: 'confirmation',
    title: 'A stop that has to be seen three times, before a hard floor',
    plan: { stopLossPct: 0.8, confirm: { ticks: 3, hardFloorPct: 0.6 } },
    unrest: [
      [0, 12],
      [235, 12],
    ],
    path: [
      [0, 44_980],
      [10, 45_000],
      [50, 45_120],
      [84, 44_900],
      [85, 44_480],
      [86, 44_560],
      [87, 44_900],
      [130, 45_080],
      [170, 44_860],
      [195, 44_620],
      [235, 44_590],
    ],
  },
  {
    name: 'liquidation-guard',
    title: 'A stop behind the liquidation price is moved in front of it',
    plan: { stopLossPct: 2.5, liquidationGuard: { bufferPct: 0.5 } },
    path: [
      [0, 44_980],
      [10, 45_000],
      [60, 45_150],
      [110, 44_700],
      [150, 44_900],
      [205, 44_350],
      [222, 44_160],
      [235, 44_240],
    ],
    liquidation: [
      [0, 43_600],
      [90, 43_950],
    ],
  },
  {
    name: 'tranches',
    title: 'A tranche that is split: one part with a target, one that runs',
    plan: { takeProfitPct: 1, stopLossPct: 0.6 },
    path: [
      [0, 44_970],
      [10, 45_000],
      [60, 45_220],
      [95, 45_480],
      [120, 45_300],
      [165, 45_880],
      [215, 45_380],
      [235, 45_430],
    ],
    acts: {
      40: async ({ monitor, note }) => {
        const [{ id }] = monitor.getPositionStatus(SYMBOL).tranches;
        const [, runner] = await monitor.splitTranche(id, '0.04');
        await monitor.updatePlan(runner.id, {
          takeProfitEnabled: false,
          trailingStop: { callbackPct: 0.8, stepPct: 0.4 },
        });
        note('0.04 split off: no target, a stop that follows');
      },
    },
  },
];
