import { ladderDifferences } from './ladder.js';
import type { Difference, Oracle } from './oracle.js';
import { isOwn, roleOf } from './order-names.js';
import { SYMBOL } from './plan.js';
import { MARK_OFF_TICKS } from './price-memory.js';
import type { BelievedTranche } from './subject.js';

/** What does not fit together between the exchange, the monitor and the disk. After quiet there must be nothing. */
export function differencesOf(oracle: Oracle): Difference[] {
  const { subject, world } = oracle;
  if (subject.phase !== 'running')
    return [{ invariant: 'I16', what: `the monitor is ${subject.phase}` }];
  const found: Difference[] = [];
  if (subject.unresolved > 0)
    found.push({ invariant: 'I6', what: `${subject.unresolved} orders are unresolved` });
  const believed = new Set<string>();
  const held = { LONG: 0, SHORT: 0 };
  for (const tranche of subject.tranches()) {
    held[tranche.side] += tranche.held;
    const mine = { 'stop-loss': 0, 'take-profit': 0, close: 0 };
    for (const order of tranche.orders) {
      if (order.status !== 'accepted' && order.status !== 'triggered') continue;
      believed.add(order.clientOrderId);
      mine[order.role] += order.quantity - order.executed;
    }
    const name = `${tranche.id} (${tranche.state}, ${tranche.held})`;
    if (tranche.state === 'CLOSING')
      found.push({ invariant: 'I16', what: `${name} does not get closed` });
    /** Where one stop per side may rest, further tranches are guarded locally until stops can be shared. */
    const shares = !world.venue.profile.severalStops && tranche.coverage === 'local';
    if (tranche.wantsRestingStop && mine['stop-loss'] !== tranche.held && !shares) {
      found.push({ invariant: 'I6', what: `stops of ${name} rest for ${mine['stop-loss']}` });
    }
    for (const what of ladderDifferences(oracle, tranche)) found.push({ invariant: 'I6', what });
    found.push(...oracle.rules.differencesOf(tranche));
    if (isStopPassed(oracle, tranche)) {
      found.push({ invariant: 'I3', what: `the stop of ${name} is passed and nothing closes it` });
    }
    if (tranche.stop !== null && tranche.coverage === 'none') {
      found.push({ invariant: 'I3', what: `${name} is not covered` });
    }
  }
  const actual = new Set<string>();
  for (const { clientOrderId } of world.venue.openOrders(SYMBOL)) {
    if (isOwn(clientOrderId)) actual.add(clientOrderId);
  }
  for (const id of actual) {
    if (believed.has(id) || coversDeclared(oracle, id)) continue;
    found.push({ invariant: 'I7', what: `orphan ${roleOf(id)} ${id}` });
  }
  for (const id of believed) {
    if (!actual.has(id)) found.push({ invariant: 'I6', what: `${id} does not rest` });
  }
  for (const side of ['LONG', 'SHORT'] as const) {
    const there = world.venue.held(SYMBOL, side);
    if (there !== held[side] && !oracle.isDeclared(side, there - held[side])) {
      found.push({
        invariant: 'I6',
        what: `the exchange holds ${side} ${there}, the tranches ${held[side]}`,
      });
    }
  }
  found.push(...storeDifferences(oracle));
  return found;
}

/** Whether the price lies beyond the stop of a tranche that is not being closed. */
function isStopPassed({ world }: Oracle, { state, side, stop }: BelievedTranche): boolean {
  if (state !== 'OPEN' || stop === null) return false;
  return side === 'LONG' ? world.last + MARK_OFF_TICKS < stop : world.last - MARK_OFF_TICKS > stop;
}

/** A stop that a lost store cannot know stays while what it covers is held and declared as not ours. */
function coversDeclared(oracle: Oracle, id: string): boolean {
  const { venue } = oracle.world;
  const side = oracle.live.get(id)?.side === 'SELL' ? 'LONG' : 'SHORT';
  return oracle.wasRestored && oracle.isDeclared(side, venue.held(SYMBOL, side));
}

/** The disk must say what the monitor believes. */
function storeDifferences(oracle: Oracle): Difference[] {
  const found: Difference[] = [];
  const { subject, world } = oracle;
  const snapshot = world.disk.load();
  const instrument = world.venue.instrument(SYMBOL);
  const steps = (text: string): number => instrument?.steps(Number(text)) ?? Number.NaN;
  const views = new Map(subject.tranches().map((tranche) => [tranche.id, tranche]));
  for (const row of snapshot.tranches) {
    const view = views.get(row.id);
    const held = steps(row.openedQty) - steps(row.exitedQty);
    if (view === undefined && row.state !== 'CLOSED') {
      found.push({ invariant: 'I6', what: `on the disk ${row.id} is ${row.state}` });
    } else if (view !== undefined && view.held !== held) {
      found.push({
        invariant: 'I6',
        what: `on the disk ${row.id} holds ${held}, in memory ${view.held}`,
      });
    }
  }
  const statuses = new Map(snapshot.orders.map((row) => [row.clientOrderId, row.status]));
  for (const view of views.values()) {
    for (const order of view.orders) {
      const status = statuses.get(order.clientOrderId);
      if (status !== order.status) {
        found.push({
          invariant: 'I6',
          what: `on the disk ${order.clientOrderId} is ${status}, in memory ${order.status}`,
        });
      }
    }
  }
  return found;
}
