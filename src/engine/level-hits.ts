import { type Decimal, decimal, toDecimalString } from '../model/decimal.js';
import { isOpen, type WorkingOrder } from '../model/order.js';
import type { TriggerEvidence } from '../model/tranche.js';
import { takeProfitQuantities } from '../positions/desired-exits.js';
import type { ArmedLevel } from '../triggers/price-book.js';
import { beginClose } from './begin-close.js';
import {
  bookFor,
  freshPrice,
  isPassed,
  openBook,
  profitSource,
  stopSource,
} from './price-sources.js';
import { restsAtLevel, stopsAtLevel } from './shared-stops.js';
import { ordersOf, type TrancheNode } from './state.js';
import type { Step } from './step-context.js';

/**
 * Keeps our own guards armed at the levels in force, and judges a level the moment it is armed.
 *
 * Returns with the tranche in CLOSING when a level was already passed and nothing rests for it.
 */
export function syncLevels(step: Step, node: TrancheNode): void {
  const wanted = wantedLevels(step, node);
  for (const [key, armed] of node.armed) {
    const level = wanted.get(key);
    if (level?.price.eq(armed.level.price) && armed.book === bookOf(step, node, level))
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
  if (step.state.settings.judgeOnArming) for (const level of fresh) judgeNow(step, node, level);
}

function wantedLevels(step: Step, node: TrancheNode): Map<string, ArmedLevel> {
  const { tranche } = node;
  const { settings, halted } = step.state;
  const wanted = new Map<string, ArmedLevel>();
  const long = tranche.side === 'LONG';
  const { stopLoss, takeProfits } = tranche.levels;
  if (stopLoss !== null && node.grace['stop-loss'] === undefined) {
    wanted.set('stop-loss', {
      trancheId: tranche.id,
      rule: 'stop-loss',
      slot: 0,
      price: stopLoss,
      direction: long ? 'down' : 'up',
    });
  }
  if (halted || (!settings.instantTpEnabled && tranche.plan.takeProfitOrder !== 'local'))
    return wanted;
  const quantities = takeProfitQuantities(tranche, step.instrument(tranche.symbol));
  for (const [slot, level] of takeProfits.entries()) {
    if (quantities[slot]?.lte(0) ?? true) continue;
    const inGrace = node.grace['take-profit'] !== undefined;
    const rule = inGrace ? 'take-profit-beyond' : 'take-profit';
    wanted.set(`${rule}:${slot}`, {
      trancheId: tranche.id,
      rule,
      slot,
      price: inGrace ? beyond(level.price, long, settings.instantTpBeyondBps) : level.price,
      direction: long ? 'up' : 'down',
    });
  }
  return wanted;
}

/** Names a level among those of its tranche. */
export function levelKey(level: Pick<ArmedLevel, 'rule' | 'slot'>): string {
  return level.rule === 'stop-loss' ? 'stop-loss' : `${level.rule}:${level.slot}`;
}

function beyond(level: Decimal, long: boolean, bps: number): Decimal {
  const factor = decimal(10_000 + (long ? bps : -bps)).div(10_000);
  return level.times(factor);
}

function bookOf(step: Step, node: TrancheNode, level: ArmedLevel) {
  const { tranche } = node;
  const source =
    level.rule === 'stop-loss'
      ? stopSource(step.state, tranche)
      : profitSource(step.state, tranche);
  return openBook(step.state, step.symbol(tranche.symbol), source);
}

function judgeNow(step: Step, node: TrancheNode, level: ArmedLevel): void {
  if (node.tranche.state !== 'OPEN') return;
  const source =
    level.rule === 'stop-loss'
      ? stopSource(step.state, node.tranche)
      : profitSource(step.state, node.tranche);
  const symbol = step.symbol(node.tranche.symbol);
  const price = freshPrice(step.state, symbol, source, step.mono);
  const rule = level.rule === 'stop-loss' ? 'stop-loss' : 'take-profit';
  if (price === null || !isPassed(price, level.price, node.tranche.side, rule)) return;
  const armed = node.armed.get(levelKey(level));
  if (armed) {
    armed.book.disarm(armed.handle);
    node.armed.delete(levelKey(level));
  }
  onLevelHit(step, node, level, {
    source,
    price,
    time: bookFor(symbol, source)?.lastExchangeTime ?? step.now,
  });
}

/** A price is at or past an armed level. The level is no longer armed. */
export function onLevelHit(
  step: Step,
  node: TrancheNode,
  level: ArmedLevel,
  trigger: TriggerEvidence,
): void {
  const { tranche } = node;
  if (tranche.state !== 'OPEN') return;
  if (level.rule === 'stop-loss') hitStop(step, node, level, trigger);
  else hitTakeProfit(step, node, level, trigger);
  step.revisit(node);
}

function hitStop(step: Step, node: TrancheNode, level: ArmedLevel, trigger: TriggerEvidence): void {
  const { slGraceMs } = step.state.settings;
  const grace = restsAtLevel(step.state, node) && slGraceMs > 0;
  tellHit(step, node, 'stop-loss', level.price, trigger, grace);
  if (grace) {
    node.grace['stop-loss'] = {
      until: step.mono + slGraceMs,
      trigger,
      level: level.price,
      over: false,
    };
  } else beginClose(step, node, { reason: 'stop-loss', level: level.price, trigger });
}

function hitTakeProfit(
  step: Step,
  node: TrancheNode,
  level: ArmedLevel,
  trigger: TriggerEvidence,
): void {
  const { settings } = step.state;
  const exact = node.tranche.levels.takeProfits[level.slot]?.price ?? level.price;
  const rests = ordersOf(node, 'take-profit').some(
    (order) => order.slot === level.slot && isOpen(order.status) && order.cancelStatus === 'none',
  );
  const far = isPassed(
    trigger.price,
    beyond(exact, node.tranche.side === 'LONG', settings.instantTpBeyondBps),
    node.tranche.side,
    'take-profit',
  );
  const grace = rests && !far && settings.tpGraceMs > 0 && level.rule === 'take-profit';
  tellHit(step, node, 'take-profit', exact, trigger, grace);
  if (grace) {
    node.grace['take-profit'] = {
      until: step.mono + settings.tpGraceMs,
      trigger,
      level: exact,
      over: false,
    };
  } else beginClose(step, node, { reason: 'take-profit', level: exact, trigger });
}

/** Ends graces whose time is over. */
export function endGraces(step: Step, node: TrancheNode): void {
  const profit = node.grace['take-profit'];
  if (profit && (step.mono >= profit.until || !isAnyOpen(ordersOf(node, 'take-profit')))) {
    delete node.grace['take-profit'];
    /** Judged again: only a price that is still there closes at market. The level is armed again by the next sync. */
    const source = profitSource(step.state, node.tranche);
    const price = freshPrice(step.state, step.symbol(node.tranche.symbol), source, step.mono);
    if (price !== null && isPassed(price, profit.level, node.tranche.side, 'take-profit')) {
      beginClose(step, node, {
        reason: 'take-profit',
        level: profit.level,
        trigger: profit.trigger,
      });
      return;
    }
  } else if (profit) step.wake(node, profit.until);
  const stop = node.grace['stop-loss'];
  if (stop === undefined) return;
  const stops = stopsAtLevel(step.state, node);
  /** The grace was the order's: when it rests no more, there is nothing to wait for. */
  if (step.mono < stop.until && isAnyOpen(stops)) {
    step.wake(node, stop.until);
    return;
  }
  const triggered = stops.some((order) => order.status === 'triggered');
  /** A triggered stop has its own watchdog. */
  if (triggered) return;
  beginClose(step, node, { reason: 'stop-loss', level: stop.level, trigger: stop.trigger });
  /** A stop that should have triggered long ago may have filled unheard: what is held is looked at first. */
  if (node.close && isAnyOpen(stops)) node.close.mustRead = true;
}

function isAnyOpen(orders: readonly WorkingOrder[]): boolean {
  return orders.some((order) => isOpen(order.status));
}

function tellHit(
  step: Step,
  node: TrancheNode,
  rule: 'stop-loss' | 'take-profit',
  level: Decimal,
  trigger: TriggerEvidence,
  grace: boolean,
): void {
  step.emit('trigger:hit', {
    symbol: node.tranche.symbol,
    positionId: node.tranche.positionId,
    trancheId: node.tranche.id,
    side: node.tranche.side,
    rule,
    level: toDecimalString(level),
    source: trigger.source,
    price: toDecimalString(trigger.price),
    decision: grace ? 'grace' : 'close',
    reason: grace ? 'an order for this level rests and gets its chance first' : rule,
  });
}
