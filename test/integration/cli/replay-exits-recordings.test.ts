import { describe, expect, it } from 'vitest';
import { type NaiveLeg, type NaivePlan, naiveLegs, naiveRanges } from './naive-exits.js';
import { barsOf, type NaiveRecording, tradesOf } from './recorded-ticks.js';
import { replayedHere } from './replay-here.js';
import { configOf, missing, recorded } from './run-cli.js';

const TRADES = 'ticks/binance-usdm-btcusdt-20240808-trades.csv.gz';
const BARS = 'ohlcv/binance-usdm-adausdt-trade-1m-20221213.csv.gz';
const QUOTES = 'ohlcv/binance-usdm-adausdt-quote-1m-20221213.csv.gz';
const MINUTE_MS = 60_000;
/** Over a hundred tranches a recording; a machine that is busy takes its time. */
const REPLAY_LIMIT_MS = 60_000;

/** Each rule alone, and what is asked for together. Distances are those of minutes of BTCUSDT: `wider` multiplies them. */
function plansFor(wider: number, minuteMs: number): Readonly<Record<string, NaivePlan>> {
  const pct = (percent: number): number => Math.round(percent * wider * 1e4) / 1e4;
  const stopLossPct = pct(0.1);
  const levels = [
    { pct: pct(0.03), portion: 0.4 },
    { pct: pct(0.06), portion: 0.3 },
    { pct: pct(0.09), portion: 0.3 },
  ];
  const volatility = { atrPeriod: 5, barMs: minuteMs };
  return {
    'trail at once': { trailingStop: { callbackPct: pct(0.05) } },
    'trail from an activation on': {
      stopLossPct,
      trailingStop: { activationPct: pct(0.04), callbackPct: pct(0.03) },
    },
    breakeven: { stopLossPct, breakeven: { activationPct: pct(0.05) } },
    'breakeven with an offset': {
      stopLossPct,
      breakeven: { activationPct: pct(0.05), offsetPct: pct(0.01) },
    },
    ladder: { stopLossPct, takeProfitLevels: levels },
    'ladder with a runner': { stopLossPct, takeProfitLevels: levels.slice(0, 2) },
    'breakeven after a level': {
      stopLossPct,
      takeProfitLevels: levels,
      breakeven: { afterLevel: 1 },
    },
    'stop that follows the levels': {
      stopLossPct,
      takeProfitLevels: levels,
      breakeven: { afterLevel: 1, followLevels: true },
    },
    'time limit': { timeLimit: { ms: 2 * minuteMs } },
    'time limit in profit': { timeLimit: { ms: minuteMs, onlyIn: 'profit' } },
    'time limit in loss': { timeLimit: { ms: minuteMs, onlyIn: 'loss' } },
    'time limit that tightens': {
      stopLossPct,
      timeLimit: { ms: minuteMs, action: 'tighten', stopLossPct: pct(0.01) },
    },
    'time limit that locks profit in': {
      stopLossPct,
      timeLimit: { ms: minuteMs, action: 'tighten', onlyIn: 'profit', stopLossPct: pct(-0.01) },
    },
    'volatile stop': { volatility: { ...volatility, slMultiple: 1.5 } },
    'volatile levels': { stopLossPct, volatility: { ...volatility, slMultiple: 2, tpMultiple: 1 } },
    'stop that is seen three times': {
      stopLossPct: pct(0.05),
      confirm: { ticks: 3, hardFloorPct: pct(0.04) },
    },
    'stop that is seen for a time': {
      stopLossPct: pct(0.05),
      confirm: { ms: Math.round(minuteMs / 20), hardFloorPct: pct(0.04) },
    },
    'stop with a floor that is near': {
      stopLossPct: pct(0.05),
      confirm: { ticks: 1_000, hardFloorPct: pct(0.001) },
    },
    'all of it': {
      stopLossPct,
      takeProfitLevels: levels.slice(0, 2),
      trailingStop: { activationPct: pct(0.05), callbackPct: pct(0.05) },
      breakeven: { afterLevel: 1 },
      timeLimit: { ms: 4 * minuteMs },
    },
  };
}

interface Shelf {
  readonly file: string;
  readonly symbol: string;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly quantity: string;
  readonly rows: readonly number[];
  readonly wider: number;
  /** Length of the bars that averages are made of, and unit of the time limits, ms. */
  readonly unitMs: number;
  readonly options: readonly string[];
  read(): NaiveRecording;
  /** Bars are made of the bid, a SHORT is judged on the ask. */
  readonly isQuoted: boolean;
}

const ADA = { symbol: 'ADAUSDT', tickSize: '0.0001', stepSize: '1', quantity: '1000', wider: 10 };
const SHELVES: readonly (readonly [string, Shelf])[] = [
  [
    'trades',
    {
      file: TRADES,
      symbol: 'BTCUSDT',
      tickSize: '0.1',
      stepSize: '0.001',
      quantity: '0.01',
      rows: [0, 4_000, 11_000],
      wider: 1,
      unitMs: 10_000,
      options: [],
      read: () => tradesOf(recorded(TRADES), 0.1),
      isQuoted: false,
    },
  ],
  ...(['path', 'close'] as const).flatMap((mode): [string, Shelf][] => [
    [
      `bars, --bars ${mode}`,
      {
        ...ADA,
        file: BARS,
        rows: [0, 300, 790],
        unitMs: 10 * MINUTE_MS,
        options: ['--bars', mode],
        read: () => barsOf(recorded(BARS), 0.0001, mode, MINUTE_MS),
        isQuoted: false,
      },
    ],
    [
      `quote bars, --bars ${mode}`,
      {
        ...ADA,
        file: QUOTES,
        rows: [0, 200, 600],
        unitMs: 10 * MINUTE_MS,
        options: ['--bars', mode],
        read: () => barsOf(recorded(QUOTES), 0.0001, mode, MINUTE_MS),
        isQuoted: true,
      },
    ],
  ]),
];

/** What the replay should say, without what only people need. */
function shown(legs: readonly NaiveLeg[], tickSize: string) {
  const price = (ticks: number): string => `${Number((ticks * Number(tickSize)).toFixed(8))}`;
  return legs.map(({ portion, reason, row, time, level, price: at }) => ({
    portion: `${portion}`,
    reason,
    row,
    time,
    level: level === null ? null : price(level),
    price: price(at),
  }));
}

// The recordings stand beside the checkout, not in it: a clone elsewhere has none.
describe.skipIf(missing(TRADES, BARS, QUOTES))(
  'exit rules over real recordings (skipped without ../shared/data)',
  { timeout: REPLAY_LIMIT_MS },
  () => {
    it.each(SHELVES)(
      'leave every position of %s where a loop over its rows does',
      async (_, shelf) => {
        const recording = shelf.read();
        const ranges = naiveRanges(recording.LONG, shelf.unitMs, 5);
        const cases = Object.entries(plansFor(shelf.wider, shelf.unitMs)).flatMap(([rule, plan]) =>
          shelf.rows.flatMap((row) =>
            (['LONG', 'SHORT'] as const).map((side) => ({ rule, plan, row, side })),
          ),
        );
        const { entries, stats } = await replayedHere({
          ticks: recorded(shelf.file),
          config: configOf(shelf.symbol, {}, shelf.tickSize, shelf.stepSize),
          entries: cases.map(({ plan, row, side }, index) => ({
            id: index,
            symbol: shelf.symbol,
            side,
            quantity: shelf.quantity,
            row,
            tranche: 'new',
            plan,
          })),
          options: shelf.options,
        });
        // They come in the order in which they were made.
        const made = new Map(entries.map((entry) => [entry.id, entry]));
        const reasons = new Set<string>();
        for (const [index, { rule, plan, row, side }] of cases.entries()) {
          const ticks = recording[side];
          const steps = recording.stepsPerRow;
          const entry = ticks[(row + 1) * steps - 1];
          const legs = naiveLegs(
            side,
            recording.entryAt(side, row),
            entry?.time ?? Number.NaN,
            ticks.slice((row + 1) * steps),
            plan,
            { steps: ranges, areFirst: shelf.isQuoted && side === 'SHORT' },
          );
          const executed = made.get(`${index}`)?.legs.filter(({ reason }) => reason !== 'open');
          expect(executed, `${rule}, ${side} from row ${row}`).toEqual(shown(legs, shelf.tickSize));
          for (const { reason } of legs) reasons.add(reason);
        }
        // A comparison of nothing with nothing would prove nothing.
        expect([...reasons].sort()).toEqual(
          ['breakeven', 'stop-loss', 'take-profit', 'time-limit', 'trailing-stop'].sort(),
        );
        expect(stats.warnings.filter((warning) => !/stop/.test(warning))).toEqual([]);
      },
    );

    it('agree with the rows that were computed by hand', async () => {
      const { entries } = await replayedHere({
        ticks: recorded(TRADES),
        config: configOf('BTCUSDT', {}),
        entries: [
          { trailingStop: { callbackPct: 0.05 } },
          { stopLossPct: 1, breakeven: { activationPct: 0.05 } },
        ].map((plan, id) => ({
          ...{ id, symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0, tranche: 'new' },
          plan,
        })),
      });
      // 0.05 % below the best trade is 61808.8801: a stop is never rounded looser.
      expect(entries.map(({ legs }) => legs)).toMatchObject([
        [{ reason: 'trailing-stop', row: 1_640, level: '61808.9', price: '61808.6' }],
        [{ reason: 'breakeven', row: 1_704, level: '61800.3', price: '61800.3' }],
      ]);
    });
  },
);
