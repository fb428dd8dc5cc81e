import { type Decimal, decimal } from '../model/decimal.js';
import type { PositionSide } from '../model/side.js';
import type { Tranche } from '../model/tranche.js';
import { breakevenActivation } from '../positions/breakeven.js';
import { awaitedStop } from '../positions/standing-rules.js';
import { takeProfitQuantities } from '../positions/take-profit-quantities.js';
import { trailActivation, trailLevel, trailStep } from '../positions/trailing.js';
import type { ArmedLevel, PriceBook } from '../triggers/price-book.js';
import { onLevelHit } from './level-hits.js';
import {
  beyond,
  bookFor,
  freshPrice,
  openBook,
  profitSource,
  stopSource,
} from './price-sources.js';
import type { TrancheNode } from './state.js';
import type { Step } from './step-context.js';
import { isTimeUp } from './time-limit.js';
import { keepPeak, raisePeak } from './trail.js';

/**
 * Keeps our own guards armed at the levels in force, and judges a level the moment it is armed.
 *
 * Returns with the tranche in CLOSING when a level was already passed and nothing rests for it.
 */
export function syncLevels(step: Step, node: TrancheNode): void {
  const wanted = wantedLevels(step, node);
  for (const [key, armed] of node.armed) {
    const level = wanted.get(key);
    if (
      level?.price.eq(armed.level.price) &&
      level.direction === armed.level.direction &&
      armed.book === bookOf(step, node, level)
    )
      wanted.delete(key);
    else {
      armed.book.disarm(armed.handle);
      node.armed.delete(key);
    }
  }
  const fresh: ArmedLevel[] = [];
  for (const [key, level] of wanted) {
    const book = bookOf(step, node, level);
    node.armed.set(key, { book, handle: book.arm(level), level });
    fresh.push(level);
  }
  const trail = syncTrail(step, node);
  if (!step.state.settings.judgeOnArming) return;
  for (const level of fresh) judgeNow(step, node, level);
  if (trail !== null) judgeNow(step, node, trail);
}

function wantedLevels(step: Step, node: TrancheNode): Map<string, ArmedLevel> {
  const wanted = new Map<string, ArmedLevel>();
  const want = (level: Omit<ArmedLevel, 'trancheId'>): void => {
    wanted.set(levelKey(level), { trancheId: node.tranche.id, ...level });
  };
  for (const level of stopLevels(node)) want(level);
  for (const level of ruleLevels(step, node)) want(level);
  for (const level of profitLevels(step, node)) want(level);
  return wanted;
}

type Level = Omit<ArmedLevel, 'trancheId'>;

function stopLevels(node: TrancheNode): readonly Level[] {
  const { levels, side } = node.tranche;
  const { guard, stopLoss } = levels;
  if (guard === null || stopLoss === null || node.grace['stop-loss'] !== undefined) return [];
  const direction = against(side);
  const stops: Level[] = [];
  if (node.confirming === null) stops.push({ rule: 'stop-loss', slot: 0, price: guard, direction });
  /** Where the order rests nothing is confirmed any more. */
  if (!guard.eq(stopLoss)) stops.push({ rule: 'stop-floor', slot: 0, price: stopLoss, direction });
  return stops;
}

/** Prices at which a rule wants to be asked. */
function ruleLevels(step: Step, node: TrancheNode): readonly Level[] {
  const { plan, progress, side, entryPrice, symbol } = node.tranche;
  const wanted: Level[] = [];
  const { breakeven, trailingStop, timeLimit } = plan;
  if (breakeven !== null && !progress.breakevenReached) {
    const price = breakevenActivation(breakeven, node.tranche, step.instrument(symbol));
    if (price !== null)
      wanted.push({ rule: 'breakeven', slot: 0, price, direction: inFavour(side) });
  }
  const awaited = awaitedStop(node.tranche, step.instrument(symbol));
  if (awaited !== null) {
    const { tickSize } = step.instrument(symbol);
    const price = side === 'LONG' ? awaited.plus(tickSize) : awaited.minus(tickSize);
    wanted.push({ rule: 'stop-awaited', slot: 0, price, direction: inFavour(side) });
  }
  if (trailingStop !== null) {
    const { peak } = progress;
    const activation = trailActivation(trailingStop, entryPrice, side);
    const direction = inFavour(side);
    if (peak !== null) {
      const price = trailStep(trailingStop, peak, side, step.instrument(symbol));
      wanted.push({ rule: 'trail-step', slot: 0, price, direction });
    } else if (activation !== null)
      wanted.push({ rule: 'trail-activation', slot: 0, price: activation, direction });
  }
  if (timeLimit !== null && timeLimit.onlyIn !== null && isTimeUp(step, node)) {
    const direction = timeLimit.onlyIn === 'profit' ? inFavour(side) : against(side);
    wanted.push({ rule: 'time-limit', slot: 0, price: entryPrice, direction });
  }
  return wanted;
}

function profitLevels(step: Step, node: TrancheNode): readonly Level[] {
  const { settings, halted, venue } = step.state;
  const { tranche } = node;
  if (halted || (!settings.instantTpEnabled && tranche.plan.takeProfitOrder !== 'local')) return [];
  const instrument = step.instrument(tranche.symbol);
  const quantities = takeProfitQuantities(tranche, instrument, venue.minNotionalOnExits);
  return tranche.levels.takeProfits.flatMap(({ price }, slot): Level[] => {
    if ((quantities[slot]?.lte(0) ?? true) || node.taking.has(slot)) return [];
    const inGrace = node.profitGraces.has(slot);
    return [
      {
        rule: inGrace ? 'take-profit-beyond' : 'take-profit',
        slot,
        price: inGrace ? beyond(price, tranche.side, settings.instantTpBeyondBps) : price,
        direction: inFavour(tranche.side),
      },
    ];
  });
}

function inFavour(side: PositionSide): ArmedLevel['direction'] {
  return side === 'LONG' ? 'up' : 'down';
}

function against(side: PositionSide): ArmedLevel['direction'] {
  return side === 'LONG' ? 'down' : 'up';
}

/** Names a level among those of its tranche. */
export function levelKey({ rule, slot }: Pick<ArmedLevel, 'rule' | 'slot'>): string {
  return rule === 'take-profit' || rule === 'take-profit-beyond' ? `${rule}:${slot}` : rule;
}

/** Lets the price book follow the trail. Returns its level when it was armed just now. */
function syncTrail(step: Step, node: TrancheNode): ArmedLevel | null {
  const { tranche } = node;
  const { trailingStop } = tranche.plan;
  const { peak } = tranche.progress;
  const paused = node.confirming !== null || node.grace['stop-loss'] !== undefined;
  const source = stopSource(step.state, tranche);
  const book = openBook(step.state, step.symbol(tranche.symbol), source);
  const wanted = trailingStop !== null && peak !== null && !paused;
  const { trail } = node;
  const instrument = step.instrument(tranche.symbol);
  if (
    wanted &&
    trail?.book === book &&
    trail.callbackPct === trailingStop.callbackPct &&
    trail.instrument === instrument
  ) {
    return null;
  }
  const best = keepPeak(node);
  if (!wanted || best === null) return null;
  const { side } = tranche;
  const levelAt = (price: Decimal) => trailLevel(trailingStop, price, side, instrument);
  const handle = book.armTrail(
    {
      trancheId: tranche.id,
      side,
      callbackPct: decimal(trailingStop.callbackPct),
      levelAt,
      tickSize: Number(instrument.tickSize),
    },
    best,
  );
  node.trail = { book, handle, callbackPct: trailingStop.callbackPct, instrument };
  return {
    trancheId: tranche.id,
    rule: 'trailing-stop',
    slot: 0,
    price: levelAt(best),
    direction: against(side),
  };
}

/** The prices that a level is judged on. */
function sourceOf(step: Step, tranche: Tranche, { rule }: Pick<ArmedLevel, 'rule'>) {
  const profit = rule === 'take-profit' || rule === 'take-profit-beyond';
  return profit ? profitSource(step.state, tranche) : stopSource(step.state, tranche);
}

function bookOf(step: Step, { tranche }: TrancheNode, level: ArmedLevel): PriceBook {
  const source = sourceOf(step, tranche, level);
  return openBook(step.state, step.symbol(tranche.symbol), source);
}

/** Levels that a price in favour of the tranche reaches. */
const REACHED_IN_FAVOUR: ReadonlySet<ArmedLevel['rule']> = new Set([
  'trail-activation',
  'trail-step',
  'breakeven',
]);

function judgeNow(step: Step, node: TrancheNode, level: ArmedLevel): void {
  if (node.tranche.state !== 'OPEN') return;
  const source = sourceOf(step, node.tranche, level);
  const symbol = step.symbol(node.tranche.symbol);
  const price = freshPrice(step.state, symbol, source, step.mono);
  if (price === null || !isAtOrPast(price, level)) return;
  /** What the market reached before the tranche was there, the tranche has not reached. */
  const isOlder = (bookFor(symbol, source)?.lastReceivedAt ?? 0) < node.openedMono;
  if (isOlder && REACHED_IN_FAVOUR.has(level.rule)) return;
  dropLevel(node, level);
  onLevelHit(step, node, level, {
    source,
    price,
    time: bookFor(symbol, source)?.lastExchangeTime ?? step.now,
  });
}

function isAtOrPast(price: Decimal, { price: level, direction }: ArmedLevel): boolean {
  return direction === 'up' ? price.gte(level) : price.lte(level);
}

function dropLevel(node: TrancheNode, level: ArmedLevel): void {
  if (level.rule === 'trailing-stop') {
    keepPeak(node);
    return;
  }
  const armed = node.armed.get(levelKey(level));
  if (armed === undefined) return;
  armed.book.disarm(armed.handle);
  node.armed.delete(levelKey(level));
}

/** A level that the book has taken out because it was hit. */
export function forgetLevel(node: TrancheNode, level: ArmedLevel): void {
  if (level.rule !== 'trailing-stop') {
    node.armed.delete(levelKey(level));
    return;
  }
  node.trail = null;
  if (level.peak !== undefined) raisePeak(node, level.peak);
}
