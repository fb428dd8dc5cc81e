import { type Decimal, maxDecimal, roundDecimal, sumDecimals } from '../model/decimal.js';
import type { ExitExecution } from '../model/exit-plan.js';
import type { Instrument } from '../model/instrument.js';
import type { PriceSource } from '../model/price.js';
import { remaining } from '../model/tranche.js';
import {
  type ExitSituation,
  type ExitSlice,
  exitFloor,
  type NextExit,
  nextExit,
} from '../positions/exit-slices.js';
import type { ArmedLevel } from '../triggers/price-book.js';
import { AT_ANY_PRICE } from './begin-close.js';
import { levelKey } from './guards.js';
import { freshPrice, isPassed, openBook, stopSource } from './price-sources.js';
import { restsAtLevel } from './shared-stops.js';
import { shrinkStops } from './shrink-stops.js';
import { type CloseProgress, ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

const MARKET: ExitExecution = { kind: 'market' };

/** Refusals of a limit that the next one would meet as well. */
const LIMIT_REFUSALS: ReadonlySet<string | null> = new Set([
  'filter',
  'unsupported-order-kind',
  'other',
]);

/** Whether the plan lets what is left wait; while it does, prices are watched. */
export function waitForItsTurn(step: Step, node: TrancheNode): boolean {
  const { close } = node;
  if (close === null || executionOf(node).kind === 'market') return false;
  const next = nextOf(step, node, remaining(node.tranche));
  if (next.kind === 'send') return false;
  watchPrices(step, node);
  if (executionOf(node).kind === 'twap') shrinkStops(step, node);
  step.wake(node, begunAt(step, node, close) + next.untilMs);
  return true;
}

/** What of so much leaves now. */
export function sliceOf(step: Step, node: TrancheNode, leftQty: Decimal): ExitSlice {
  const next = nextOf(step, node, leftQty);
  /** It was its turn a moment ago in the same step. */
  return next.kind === 'send' ? next.slice : { kind: 'market', quantity: leftQty, price: null };
}

/**
 * Whether the price ran away from a close that takes its time: it has passed the stop, and no stop rests there any more, so
 * that time is short whatever the close began for.
 */
export function isOvertaken(step: Step, node: TrancheNode): boolean {
  return (
    executionOf(node).kind !== 'market' &&
    isStopPassed(step, node) &&
    !restsAtLevel(step.state, node)
  );
}

function nextOf(step: Step, node: TrancheNode, leftQty: Decimal): NextExit {
  const { tranche, close } = node;
  const execution = executionOf(node);
  const instrument = step.instrument(tranche.symbol);
  const price = exitPrice(step, node)?.price ?? null;
  const sentAt = close?.sentMono ?? null;
  return nextExit({
    execution,
    side: tranche.side,
    instrument,
    smallestQty: smallestExit(step, instrument, price ?? tranche.entryPrice),
    heldQty: remaining(tranche),
    soldQty: soldBy(node),
    leftQty,
    elapsedMs: close === null ? 0 : step.mono - begunAt(step, node, close),
    sinceLastMs: sentAt === null ? null : step.mono - sentAt,
    price,
    level: tranche.closing?.level ?? null,
    stopPassed: isStopPassed(step, node),
    takesLimits: takesLimits(step, node),
  } satisfies ExitSituation);
}

/** How the tranche leaves: as planned, unless time is short or whoever closes wants out at any price. */
function executionOf({ tranche, close }: TrancheNode): ExitExecution {
  const reason = tranche.closing?.reason;
  if (close === null || close.urgent || reason === undefined) return MARKET;
  return AT_ANY_PRICE.has(reason) ? MARKET : tranche.plan.exitExecution;
}

/**
 * When the close began, monotonic ms. After a restart it is told by the wall time that was stored, so that a schedule goes
 * on; where the wall clock was set back meanwhile it begins again, and what was executed still counts.
 */
function begunAt(step: Step, { tranche }: TrancheNode, close: CloseProgress): number {
  close.begunMono ??= step.mono - Math.max(0, step.now - (tranche.closing?.since ?? step.now));
  return close.begunMono;
}

/** What orders of this close have executed: a tranche is closed once, and its exits are stored. */
function soldBy({ tranche }: TrancheNode): Decimal {
  const own = tranche.exits.filter(({ role }) => role === 'close');
  return sumDecimals(own.map(({ quantity }) => quantity));
}

/** The price that an exit meets: the side of the book where it is told, else the last trade, else what closed it. */
function exitPrice(
  step: Step,
  { tranche }: TrancheNode,
): { readonly source: PriceSource; readonly price: Decimal } | null {
  const { side, closing, plan } = tranche;
  const symbol = step.symbol(tranche.symbol);
  const behind = closing?.trigger?.source ?? plan.workingType;
  for (const source of [side === 'LONG' ? 'BID' : 'ASK', 'LAST', behind] as const) {
    const price = freshPrice(step.state, symbol, source, step.mono);
    if (price !== null) return { source, price };
  }
  return null;
}

function isStopPassed(step: Step, { tranche }: TrancheNode): boolean {
  const { guard } = tranche.levels;
  if (guard === null) return false;
  const symbol = step.symbol(tranche.symbol);
  const price = freshPrice(step.state, symbol, stopSource(step.state, tranche), step.mono);
  return price !== null && isPassed(price, guard, tranche.side, 'stop-loss');
}

/** A limit that was refused for what it is would be refused again. */
function takesLimits(step: Step, node: TrancheNode): boolean {
  return (
    step.state.venue.orderKinds.includes('ioc-limit') &&
    !ordersOf(node, 'close').some(
      ({ terms, status, rejection }) =>
        terms.kind === 'ioc-limit' && status === 'rejected' && LIMIT_REFUSALS.has(rejection),
    )
  );
}

/** Smallest quantity of a market order, by number and by value where that binds exits. */
function smallestExit(step: Step, instrument: Instrument, price: Decimal): Decimal {
  const { marketStepSize, minMarketQty, minNotional, contractSize } = instrument;
  const byNumber = roundDecimal(maxDecimal(minMarketQty, marketStepSize), marketStepSize, 'ceil');
  if (!step.state.venue.minNotionalOnExits || price.lte(0)) return byNumber;
  const byValue = minNotional.div(price.times(contractSize));
  return maxDecimal(byNumber, roundDecimal(byValue, marketStepSize, 'ceil'));
}

/**
 * Keeps our own eyes on the prices at which a close that takes its time would not wait any longer: the stop, and the floor.
 * A tick that hits them lets the close be looked at; nothing else follows from it.
 */
function watchPrices(step: Step, node: TrancheNode): void {
  const { tranche } = node;
  const { guard } = tranche.levels;
  if (guard !== null) arm(step, node, 'stop-loss', guard, stopSource(step.state, tranche));
  const floor = exitFloor(executionOf(node), tranche.closing?.level ?? null, tranche.side);
  const met = exitPrice(step, node);
  if (floor !== null && met !== null) arm(step, node, 'stop-floor', floor, met.source);
}

function arm(
  step: Step,
  node: TrancheNode,
  rule: 'stop-loss' | 'stop-floor',
  price: Decimal,
  source: PriceSource,
): void {
  const { tranche, armed } = node;
  const direction = tranche.side === 'LONG' ? 'down' : 'up';
  const level: ArmedLevel = { trancheId: tranche.id, rule, slot: 0, price, direction };
  const book = openBook(step.state, step.symbol(tranche.symbol), source);
  const before = armed.get(levelKey(level));
  if (before?.book === book && before.level.price.eq(price)) return;
  before?.book.disarm(before.handle);
  armed.set(levelKey(level), { book, handle: book.arm(level), level });
}
