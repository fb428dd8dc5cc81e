import { isMonitorError } from '../errors/position-monitor-error.js';
import { ValidationError } from '../errors/validation-error.js';
import {
  BAR_LENGTHS_MAX,
  BARS_FETCH_MAX,
  BARS_RETRY_MS,
  FEED_BARS_CLOCK_MARGIN_MS,
} from '../limits.js';
import type { VolatilityRule } from '../model/exit-plan.js';
import type { Input } from '../model/input.js';
import type { PriceSource } from '../model/price.js';
import { barProblem, type PriceBar } from '../model/price-bar.js';
import { AverageRange, warmUpBars } from '../volatility/average-range.js';
import { BarBuilder } from '../volatility/bar-builder.js';
import { checkBar } from '../volatility/check-bar.js';
import { judgedSource } from './price-sources.js';
import type { BarLane, EngineState, SymbolState } from './state.js';
import type { Step } from './step-context.js';

/** The average true range that a rule goes by, `null` while there are too few bars. Asked for the first time, it begins. */
export function averageRangeOf(step: Step, symbol: string, rule: VolatilityRule): number | null {
  const { value } = averageOf(step, step.symbol(symbol), rule);
  /** A market that did not move says nothing about how far a stop has to be. */
  return value !== null && value > 0 && value < Number.POSITIVE_INFINITY ? value : null;
}

/** Begins to follow the bars of symbols whose settings go by volatility, so that the first fill finds an average. */
export function followConfigured(step: Step): void {
  for (const [name, { volatility }] of step.state.settings.plans) {
    if (volatility === null || name === '*') continue;
    averageRangeOf(step, name, volatility);
  }
}

function averageOf(step: Step, symbol: SymbolState, rule: VolatilityRule): AverageRange {
  const lane = laneOf(step, symbol, rule);
  let average = lane.averages.find(({ period }) => period === rule.atrPeriod);
  if (average === undefined) {
    average = new AverageRange(rule.barMs, rule.atrPeriod);
    lane.averages.push(average);
    for (const bar of lane.recent) average.add(bar);
    if (average.value === null) askForBars(step, symbol, lane);
  }
  return average;
}

function laneOf(
  step: Step,
  symbol: SymbolState,
  { barMs }: Pick<VolatilityRule, 'barMs'>,
): BarLane {
  let lane = symbol.bars.find((each) => each.barMs === barMs);
  if (lane === undefined) {
    const source = barSource(step.state);
    lane = { barMs, source, builder: new BarBuilder(barMs), averages: [], recent: [] };
    symbol.bars.push(lane);
  }
  return lane;
}

/** Bars are made of trades where the feed has them, else of the mark price or one side of the book. */
function barSource({ feedSources }: EngineState): PriceSource {
  return judgedSource(feedSources, 'LAST', 'LONG') ?? [...feedSources][0] ?? 'LAST';
}

function askForBars(step: Step, { symbol }: SymbolState, { barMs, averages }: BarLane): void {
  const longest = averages.reduce((most, { period }) => Math.max(most, period), 1);
  step.send({ kind: 'fetch-bars', symbol, barMs, limit: warmUpBars(longest) });
}

/** Whether a tick begins or finishes a bar: then it is looked at. Asked on every tick. */
export function endsBar(symbol: SymbolState, source: PriceSource, time: number): boolean {
  for (const lane of symbol.bars) {
    if (lane.source === source && !lane.builder.covers(time)) return true;
  }
  return false;
}

/** A price that begins and finishes no bar. Allocates nothing. */
export function addToBars(symbol: SymbolState, source: PriceSource, price: number): void {
  for (const lane of symbol.bars) if (lane.source === source) lane.builder.add(price);
}

/** A price that was accepted after a look. */
export function takeIntoBars(
  step: Step,
  symbol: SymbolState,
  source: PriceSource,
  price: number,
  time: number,
): void {
  if (time <= 0) return;
  for (const lane of symbol.bars) {
    if (lane.source !== source) continue;
    const finished = lane.builder.take(price, time);
    if (finished === null) continue;
    /** Half of it was missed: the feed may know the whole one, and is asked before the next one counts. */
    if (finished.partial) askForBars(step, symbol, lane);
    else if (barProblem(finished, lane.barMs) === null) acceptBars(step, symbol, lane, [finished]);
  }
}

/** Prices may have been missed: what is being built counts for nothing, and the feed is asked for what it has. */
export function interruptBars(step: Step, symbol: SymbolState, canAsk: boolean): void {
  for (const lane of symbol.bars) {
    lane.builder.interrupt();
    if (canAsk) askForBars(step, symbol, lane);
  }
}

/** Bars that the feed or the host gave. */
export function applyBars(step: Step, input: Extract<Input, { kind: 'bars' }>): void {
  const symbol = step.symbol(input.symbol);
  if (input.bars === null) {
    if (input.retry) step.setTimer(barsKey(symbol, input.barMs), step.mono + BARS_RETRY_MS);
    return;
  }
  try {
    checkLane(symbol, input.barMs);
    acceptBars(step, symbol, laneOf(step, symbol, input), input.bars, step.venue);
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    if (input.requestId !== null) step.refuse(input.requestId, error);
    else step.state.errors += 1;
    return;
  }
  if (input.requestId !== null) step.settle(input.requestId, true);
}

/** Lengths that no plan goes by are bounded: each is kept for good. */
function checkLane({ symbol, bars }: SymbolState, barMs: number): void {
  if (bars.length < BAR_LENGTHS_MAX || bars.some((lane) => lane.barMs === barMs)) return;
  throw new ValidationError('BAR_INVALID', `Bars of ${symbol}`, {
    expected: `bars of at most ${BAR_LENGTHS_MAX} lengths`,
    received: `one more length, ${barMs} ms`,
    remedy: 'Give the bars that the plans of the symbol go by',
  });
}

export function askForBarsAgain(step: Step, symbolName: string, barMs: number): void {
  const symbol = step.state.symbols.get(symbolName);
  const lane = symbol?.bars.find((each) => each.barMs === barMs);
  if (symbol && lane) askForBars(step, symbol, lane);
}

function barsKey({ symbol }: SymbolState, barMs: number): string {
  return `bars:${barMs}:${symbol}`;
}

/** @param venueTime the exchange's, ms, where the bars come from outside: none of them ends after it */
function acceptBars(
  step: Step,
  symbol: SymbolState,
  lane: BarLane,
  bars: readonly PriceBar[],
  venueTime = Number.POSITIVE_INFINITY,
): void {
  try {
    for (const bar of bars) acceptBar(lane, bar, venueTime);
  } finally {
    /** Those before one that cannot be count. */
    lane.recent.splice(0, Math.max(0, lane.recent.length - BARS_FETCH_MAX));
    for (const side of ['LONG', 'SHORT'] as const) {
      for (const node of symbol.live[side]) {
        if (node.tranche.plan.volatility?.barMs === lane.barMs) step.revisit(node);
      }
    }
  }
}

/** Checked although nobody may go by it yet: a rule that does later begins with what is kept. */
function acceptBar(lane: BarLane, bar: PriceBar, venueTime: number): void {
  checkBar(bar, lane.barMs);
  checkIsOver(bar, lane.barMs, venueTime);
  for (const average of lane.averages) average.add(bar);
  const newest = lane.recent.at(-1);
  if (newest === undefined || bar.startTime > newest.startTime) lane.recent.push(bar);
}

/** After a bar of the future, such as one whose time is in microseconds, none would be new enough to count. */
function checkIsOver({ startTime }: PriceBar, barMs: number, venueTime: number): void {
  if (startTime + barMs - venueTime <= FEED_BARS_CLOCK_MARGIN_MS) return;
  throw new ValidationError('BAR_INVALID', `A bar of ${barMs} ms is not over`, {
    expected: `startTime in ms since 1970, and an end at most ${FEED_BARS_CLOCK_MARGIN_MS} ms after the exchange's time ${Math.floor(venueTime)}`,
    received: `startTime ${startTime}`,
    remedy: 'Give finished bars; times in microseconds are divided by 1,000',
  });
}
