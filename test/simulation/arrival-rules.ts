import type { OrderKind } from '../../src/model/order.js';
import type { SimWrite } from '../../src/testing/sim/sim-line.js';
import type { SimRequest } from '../../src/testing/sim/sim-order.js';
import { judgeSlice } from './ladder.js';
import { type Oracle, RACE_MS } from './oracle.js';
import { isOwn, roleOf, tagOf } from './order-names.js';
import { SYMBOL } from './plan.js';
import type { BelievedTranche } from './subject.js';

/** A request that travels longer than this was decided on another state of things, ms. */
const LATE_MS = 150;
/** A stop that is a limit is given this long to fill, ms. */
const UNFILLED_MS = 2_000;
/** A stream that has been down for this long was known to be down when a close was decided, ms. */
const DEAF_MS = 500;

/** Reads that failed less than this ago excuse a close that could not look first, ms. */
const BLIND_MS = 6_000;

/** No request lives longer than this: its time to leave, a slow store's allowance and the exchange's window, ms. */
const WINDOW_MS_MAX = 60_000;

/** What has arrived of each order id: its terms, and how often. Kept per oracle. */
interface Arrivals {
  readonly terms: Map<string, string>;
  /** Ids of orders that left without a record. */
  readonly unrecorded: Set<string>;
  /** Kinds of the closes of each tranche, in their order. */
  readonly closes: Map<string, OrderKind[]>;
  /** Ids of closes that left without a record, by process and tranche. */
  readonly unrecordedCloses: Map<string, Set<string>>;
}

const ARRIVALS = new WeakMap<Oracle, Arrivals>();

function arrivalsOf(oracle: Oracle): Arrivals {
  let arrivals = ARRIVALS.get(oracle);
  if (arrivals === undefined) {
    arrivals = {
      terms: new Map(),
      closes: new Map(),
      unrecorded: new Set(),
      unrecordedCloses: new Map(),
    };
    ARRIVALS.set(oracle, arrivals);
  }
  return arrivals;
}

/** An order of the monitor reaches the exchange. */
export function judgePlacement(oracle: Oracle, write: SimWrite, request: SimRequest): void {
  const id = write.clientOrderId;
  const role = roleOf(id);
  oracle.note(`arrived ${role}`);
  if (role === null) {
    oracle.fail('I5a', `an order without our mark: ${id}`);
    return;
  }
  judgeForm(oracle, request);
  oracle.claims.judgeId(id);
  judgeWindow(oracle, request);
  judgeTerms(oracle, request);
  judgeRecord(oracle, write);
  const steps = oracle.world.venue.instrument(SYMBOL)?.steps(request.quantity) ?? Number.NaN;
  if (!(steps > 0)) oracle.fail('I23', `${id} has quantity ${request.quantity}`);
  judgeGrid(oracle, request);
  noteForm(oracle, request);
  const tranche = oracle.trancheOf.get(id);
  /** A request that comes too late is refused by the exchange: that is what its deadline is for. */
  const isLate = request.expiresAt < oracle.world.venue.now();
  const isBlind = oracle.subject.phase === 'starting' || oracle.subject.phase === 'dead';
  if (tranche === undefined || isLate || isBlind) return;
  judgeQuantity(oracle, write, tranche, steps);
  if (role === 'take-profit') {
    judgeStopFirst(oracle, write, tranche);
    judgeSlice(oracle, write, tranche, steps);
  }
  if (role === 'close') {
    judgePatience(oracle, write, tranche);
    judgeHaste(oracle, write, tranche, steps);
  }
  if (role === 'stop-loss') {
    judgeWidening(oracle, request, tranche);
    const ticks = oracle.world.venue.instrument(SYMBOL)?.ticks(request.triggerPrice ?? 0) ?? 0;
    oracle.rules.judgeStop(tranche, ticks);
  }
}

/** I23: every price lies on the grid. */
function judgeGrid(oracle: Oracle, { clientOrderId, price, triggerPrice }: SimRequest): void {
  for (const level of [price, triggerPrice]) {
    if (level === null || oracle.world.venue.instrument(SYMBOL)?.ticks(level) != null) continue;
    oracle.fail('I23', `${clientOrderId} has the price ${level}`);
  }
}

/** How closes leave: in parts over time, as limits, and at market in the end. */
function noteForm(oracle: Oracle, { clientOrderId, kind }: SimRequest): void {
  if (kind === 'stop-limit') oracle.note('arrived stop-limit');
  if (roleOf(clientOrderId) !== 'close') return;
  const { closes } = arrivalsOf(oracle);
  const tag = tagOf(clientOrderId);
  const kinds = closes.get(tag) ?? [];
  if (kind === 'ioc-limit') oracle.note('arrived ioc-limit');
  else if (kinds.at(-1) === 'ioc-limit') oracle.note('a limit gave way to the market');
  closes.set(tag, [...kinds, kind]);
  if (kind === 'market' && kinds.filter((each) => each === 'market').length === 2)
    oracle.note('a close in more than two slices');
}

/** I2: every exit says that it only reduces, and on which side. */
function judgeForm(oracle: Oracle, request: SimRequest): void {
  const hedge = oracle.world.venue.positionMode === 'hedge';
  const side = request.side === 'SELL' ? 'LONG' : 'SHORT';
  const fits = hedge ? request.positionSide === side : request.positionSide === 'BOTH';
  if (!request.reduceOnly || !fits) {
    oracle.fail('I2', `${request.clientOrderId} does not only reduce: ${JSON.stringify(request)}`);
  }
}

/** I21: until when it may be accepted follows from the exchange's time, whatever our own clock says. */
function judgeWindow(oracle: Oracle, request: SimRequest): void {
  const ahead = request.expiresAt - oracle.world.venue.now();
  if (ahead > WINDOW_MS_MAX || ahead < -WINDOW_MS_MAX) {
    oracle.fail('I21', `${request.clientOrderId} may be accepted for another ${ahead} ms`);
  }
}

/** I5a: one id, one order; never again after it executed. */
function judgeTerms(oracle: Oracle, request: SimRequest): void {
  const { terms, unrecorded } = arrivalsOf(oracle);
  const { expiresAt: _, ...lasting } = request;
  const text = JSON.stringify(lasting);
  const id = request.clientOrderId;
  /** What comes too late is refused, whatever it says. */
  if (request.expiresAt < oracle.world.venue.now()) return;
  const before = terms.get(id);
  terms.set(id, text);
  if (before === undefined) return;
  oracle.note('an id arrived again');
  /** What a lost record or an old backup took away cannot be remembered. */
  const wasLost = oracle.wasRestored || unrecorded.has(id);
  const isForgotten = wasLost && !oracle.live.has(id);
  if (before !== text && !isForgotten)
    oracle.fail('I5a', `one id, two orders: ${before} and ${text}`);
  if (oracle.executedOf(id) > 0 && !isForgotten) {
    oracle.fail('I13', `${roleOf(id)} ${id} arrived again although it had executed`);
  } else if (roleOf(id) === 'close' && oracle.live.has(id)) {
    oracle.fail('I4', `close ${id} arrived again while it was live`);
  }
}

/** I5, I5b, I18a: nothing leaves without a record, but for the two named exceptions. */
function judgeRecord(oracle: Oracle, write: SimWrite): void {
  const id = write.clientOrderId;
  if (oracle.records.hasOrder(id)) return;
  const role = roleOf(id);
  if (role === 'take-profit' || !oracle.hasStoreTrouble) {
    if (oracle.wasRestored && write.connection !== oracle.world.line.connection) return;
    oracle.fail('I5', `${role} ${id} arrived without a record`);
    return;
  }
  oracle.note(`without a record: ${role}`);
  arrivalsOf(oracle).unrecorded.add(id);
  if (role !== 'close') return;
  const { unrecordedCloses } = arrivalsOf(oracle);
  const key = `${write.connection}|${tagOf(id)}`;
  /** The one may go again under its id when it is proven not to have arrived. */
  const ids = unrecordedCloses.get(key) ?? new Set();
  unrecordedCloses.set(key, ids.add(id));
  if (ids.size > 1) oracle.fail('I18a', `more than one close without a record: ${[...ids]}`);
}

/** I1a, I4: no exit for more than its tranche still holds, those under way included. */
function judgeQuantity(oracle: Oracle, write: SimWrite, tranche: string, steps: number): void {
  const id = write.clientOrderId;
  const role = roleOf(id);
  const left = (oracle.opened.get(tranche) ?? 0) - oracle.executedBy(tranche);
  let closing = 0;
  if (role === 'close') {
    for (const other of oracle.world.line.underWay) {
      if (other === write || roleOf(other.clientOrderId) !== 'close' || other.request === null)
        continue;
      if (oracle.trancheOf.get(other.clientOrderId) !== tranche) continue;
      /** What comes too late is refused. */
      if (other.request.expiresAt < oracle.world.venue.now()) continue;
      /** What a lost store does not know cannot be waited for. */
      if (oracle.wasRestored && other.connection !== write.connection) continue;
      closing += oracle.world.venue.instrument(SYMBOL)?.steps(other.request.quantity) ?? 0;
    }
  }
  /** Orders of a lost record come to light late: what was sent before could not know of them. */
  if (role === 'take-profit' && !oracle.wasRestored) {
    /** Two take-profits never rest for the same quantity. */
    for (const [other, order] of oracle.live) {
      if (other === id || roleOf(other) !== 'take-profit') continue;
      if (oracle.trancheOf.get(other) === tranche) closing += order.quantity - order.executed;
    }
  }
  if (steps + closing <= left) return;
  const invariant = role === 'close' && steps <= left ? 'I4' : 'I1a';
  /** A slow store lets requests leave late, a process that stood still knows nothing new. */
  const lagMs = RACE_MS + oracle.pausedMs + (oracle.hasStoreTrouble ? 6_000 : 0);
  const heldThen = oracle.records.heldAtPlacing(id);
  const lastExit = oracle.lastExitOf(tranche);
  if (oracle.now - lastExit <= lagMs) oracle.note('race');
  else if (lastExit >= write.sentAt) oracle.note('overtaken on its way');
  else if (oracle.lastSplit >= oracle.records.decidedAt(id)) oracle.note('split on its way');
  else if (oracle.now - oracle.lastReadFault < BLIND_MS) oracle.note('blind exit');
  else if (isRecordLost(oracle) && isHeld(oracle, write, steps + closing)) {
    /** Exits of a lost record are not told apart from those of others; what is held bounds it all the same. */
    oracle.note('an exit after a lost record');
  } else if (role === 'stop-loss' && heldThen !== null && steps <= heldThen) {
    /** An execution that is not known yet: in doubt a stop too many is better than none. */
    oracle.note('a stop more than needed');
  } else {
    const what = `${role} ${id} of ${steps} (${closing} more under way) although ${left} is left`;
    oracle.fail(invariant, what);
  }
}

/** Whether a tranche may have been lost with its record: an old backup, or a store that was down when the process died. */
function isRecordLost(oracle: Oracle): boolean {
  return oracle.wasRestored || arrivalsOf(oracle).unrecorded.size > 0;
}

/** Whether the exchange holds so much on the side that the order reduces. */
function isHeld(oracle: Oracle, { request }: SimWrite, quantity: number): boolean {
  const side = request?.side === 'SELL' ? 'LONG' : 'SHORT';
  return oracle.world.venue.held(SYMBOL, side) >= quantity;
}

/** I3a: a take-profit only beside a stop that rests, or that cannot rest. */
function judgeStopFirst(oracle: Oracle, write: SimWrite, trancheId: string): void {
  const tranche = oracle.subject.tranches().find((one) => one.id === trancheId);
  if (tranche === undefined || !tranche.wantsRestingStop || tranche.state !== 'OPEN') return;
  /** When it was decided there was no stop yet that could have gone first: its level came later. */
  if (oracle.records.wasBeforeAnyStop(write.clientOrderId)) return;
  const { live, trancheOf, world } = oracle;
  const isStop = (id: string): boolean =>
    roleOf(id) === 'stop-loss' && trancheOf.get(id) === trancheId;
  for (const id of live.keys()) if (isStop(id)) return;
  /** A stop that came before it, whatever became of it since. */
  for (const id of arrivalsOf(oracle).terms.keys()) if (isStop(id)) return;
  /** One request with the stop in front. */
  for (const other of world.line.underWay) {
    if (other === write) break;
    if (isStop(other.clientOrderId) && other.sentAt === write.sentAt) return;
  }
  oracle.fail('I3a', `take-profit ${write.clientOrderId} arrived before any stop`);
}

/**
 * While a stop rests, a close waits: until no take-profit of its tranche can take the same quantity (I1b), and until the
 * exchange was looked at, when its events do not come (I1a).
 */
function judgePatience(oracle: Oracle, write: SimWrite, trancheId: string): void {
  const { live, trancheOf } = oracle;
  const tranche = oracle.subject.tranches().find((one) => one.id === trancheId);
  if (tranche === undefined || oracle.hasStoreTrouble || oracle.pausedMs > 0) return;
  /** What came to rest while the close was under way could not be waited for. */
  const known = write.sentAt - RACE_MS;
  const orders = [...live].filter(
    ([id]) => trancheOf.get(id) === trancheId && oracle.claims.acceptedAt(id) < known,
  );
  const stops = orders.filter(([id]) => roleOf(id) === 'stop-loss');
  const covered = stops.reduce((sum, [, order]) => sum + order.quantity - order.executed, 0);
  if (covered < tranche.held) return;
  const { streamDownSince } = oracle.world;
  const isDeaf = streamDownSince !== null && streamDownSince < write.sentAt - DEAF_MS;
  const wasRefused =
    oracle.now - oracle.lastReadFault < BLIND_MS || oracle.world.line.banLeftMs > 0;
  if (isDeaf && !wasRefused && !oracle.claims.hasLooked(trancheId)) {
    oracle.fail('I1a', `close ${write.clientOrderId} left without a look at the exchange`);
  }
  if (!oracle.claims.mustWait(trancheId)) return;
  for (const [id] of orders) {
    if (roleOf(id) !== 'take-profit') continue;
    oracle.fail('I1b', `close ${write.clientOrderId} arrived while take-profit ${id} rests`);
  }
}

/** X2: after a panic everything leaves at once and at market, however patient the plan is. */
function judgeHaste(oracle: Oracle, write: SimWrite, trancheId: string, steps: number): void {
  const id = write.clientOrderId;
  if (oracle.records.decidedAt(id) <= oracle.panickedAt(trancheId)) return;
  if (write.request?.kind === 'ioc-limit') {
    oracle.fail('X2', `${id} is a limit, after a panic`);
    return;
  }
  const tranche = oracle.subject.tranches().find((one) => one.id === trancheId);
  if (tranche === undefined) return;
  const { venue, line } = oracle.world;
  let leaving = steps;
  for (const { clientOrderId, request } of line.underWay) {
    if (clientOrderId === id || request === null || roleOf(clientOrderId) !== 'close') continue;
    if (oracle.trancheOf.get(clientOrderId) !== trancheId) continue;
    leaving += venue.instrument(SYMBOL)?.steps(request.quantity) ?? 0;
  }
  for (const [other, order] of oracle.live) {
    if (other === id || roleOf(other) !== 'close') continue;
    if (oracle.trancheOf.get(other) === trancheId) leaving += order.quantity - order.executed;
  }
  /** Where the exchange holds less, less leaves. */
  const left = (oracle.opened.get(trancheId) ?? 0) - oracle.executedBy(trancheId);
  let expected = 0;
  for (const { side, held } of oracle.subject.tranches())
    if (side === tranche.side) expected += held;
  if (venue.held(SYMBOL, tranche.side) < expected || leaving >= Math.min(left, tranche.held))
    return;
  oracle.fail('X2', `${id} of ${steps} leaves after a panic, ${tranche.held} is held`);
}

/** I26: a stop moves away from the price only when somebody asked, or when the entry moved. */
function judgeWidening(oracle: Oracle, request: SimRequest, tranche: string): void {
  const opened = oracle.records.openedAtPlacing(request.clientOrderId);
  if (request.triggerPrice === null || oracle.lastPlanChange > oracle.now - 20_000) return;
  /** What is not recorded cannot be compared here. */
  if (oracle.hasStoreTrouble) return;
  const instrument = oracle.world.venue.instrument(SYMBOL);
  const wanted = instrument?.ticks(request.triggerPrice) ?? 0;
  for (const [id, order] of oracle.live) {
    if (roleOf(id) !== 'stop-loss' || oracle.trancheOf.get(id) !== tranche) continue;
    /** A stop of a tranche that was merged meanwhile was decided for another one. */
    if (tagOf(id) !== tagOf(request.clientOrderId)) continue;
    /** A join moves the entry, and the level with it. */
    if (oracle.records.openedAtPlacing(id) !== opened) continue;
    const wider =
      order.side === 'SELL' ? wanted < (order.trigger ?? 0) : wanted > (order.trigger ?? 0);
    if (wider) oracle.fail('I26', `stop ${request.clientOrderId} is wider than ${id}`);
  }
}

/** A cancellation reaches the exchange. */
export function judgeCancel(oracle: Oracle, write: SimWrite): void {
  const id = write.clientOrderId;
  if (!isOwn(id)) {
    oracle.fail('I14', `an order of somebody else was cancelled: ${id}`);
    return;
  }
  const role = roleOf(id);
  oracle.note(`cancel ${role}`);
  if (!oracle.records.hasCancel(id) && oracle.trancheOf.has(id) && !oracle.wasRestored) {
    oracle.fail('I18', `the cancellation of ${role} ${id} is not recorded`);
  }
  if (role === 'stop-loss' && oracle.live.has(id)) judgeStopCancel(oracle, write);
}

/** I3b: what is held stays covered when a stop goes. */
function judgeStopCancel(oracle: Oracle, write: SimWrite): void {
  const id = write.clientOrderId;
  const trancheId = oracle.trancheOf.get(id);
  if (oracle.subject.phase !== 'running' || write.connection !== oracle.world.line.connection)
    return;
  const tranche = oracle.subject.tranches().find((one) => one.id === trancheId);
  if (tranche === undefined || tranche.stop === null) return;
  let others = 0;
  for (const [other, order] of oracle.live) {
    if (other === id || roleOf(other) !== 'stop-loss') continue;
    if (oracle.trancheOf.get(other) === trancheId) others += order.quantity - order.executed;
  }
  /** A stop for a fill that came in the same moment travels beside the cancellation. */
  for (const { request, clientOrderId } of oracle.world.line.underWay) {
    if (request === null || roleOf(clientOrderId) !== 'stop-loss') continue;
    if (oracle.trancheOf.get(clientOrderId) !== trancheId) continue;
    others += oracle.world.venue.instrument(SYMBOL)?.steps(request.quantity) ?? 0;
  }
  const held = heldNow(oracle, tranche, write);
  if (others >= held) return;
  const triggeredAt = oracle.triggeredAt(id);
  const believed = tranche.orders.find(({ clientOrderId }) => clientOrderId === id);
  const isLeftBehind = believed?.kind === 'stop-limit' && believed.status === 'triggered';
  if (isLeftBehind && oracle.records.cancelDecidedAt(id) > triggeredAt) {
    /** A limit that the price ran away from covers nothing; a close follows. */
    const waitedMs = oracle.now - triggeredAt;
    if (waitedMs < UNFILLED_MS - LATE_MS && tranche.state === 'OPEN')
      oracle.fail('I3b', `${id} is cancelled ${waitedMs} ms after its trigger`);
    return;
  }
  /** What was to take its place ended after this was decided: both are on their way. */
  const lagMs = oracle.world.plan.setup.latencyMs + oracle.pausedMs;
  if (oracle.lastLoss >= oracle.records.cancelDecidedAt(id) - lagMs) {
    oracle.note('a successor was lost');
    return;
  }
  /** The user took the protection away and asked for another one while the cancellation was on its way. */
  if (oracle.records.cancelDecidedAt(id) <= oracle.lastPlanChange) {
    oracle.note('a cancellation of an earlier plan');
    return;
  }
  if (!oracle.world.venue.profile.severalStops || !tranche.wantsRestingStop) {
    const { feedDownSince } = oracle.world;
    const decidedAt = oracle.records.cancelDecidedAt(id);
    /** What happens to the guard while the request waits for its record, or is on its way, cannot call it back. */
    const lostSince = feedDownSince !== null && decidedAt <= feedDownSince;
    const wasGuarded = oracle.now - write.sentAt > LATE_MS || lostSince;
    const isGuarded = tranche.coverage !== 'none' && !isFeedLost(oracle, write);
    if (!isGuarded && !wasGuarded) oracle.fail('I3b', `the only stop ${id} goes without a guard`);
    return;
  }
  oracle.fail('I3b', `stop ${id} is cancelled, ${others} of ${held} stay covered`);
}

/** Whether our own guard had no prices when the request was decided. */
function isFeedLost(oracle: Oracle, write: SimWrite): boolean {
  const { feedDownSince } = oracle.world;
  if (feedDownSince === null || oracle.pausedMs > 0 || oracle.hasStoreTrouble) return false;
  return oracle.records.cancelDecidedAt(write.clientOrderId) > feedDownSince;
}

function heldNow(oracle: Oracle, tranche: BelievedTranche, write: SimWrite): number {
  const { venue } = oracle.world;
  const opened = oracle.opened.get(tranche.id) ?? 0;
  /** What came in after the cancellation was decided gets a stop of its own; it was never this one's. */
  const then = oracle.records.openedAtCancel(write.clientOrderId);
  const joined = then === null ? 0 : opened - (venue.instrument(SYMBOL)?.steps(Number(then)) ?? 0);
  return Math.min(
    Math.max(0, venue.held(SYMBOL, tranche.side)),
    tranche.held - joined,
    opened - oracle.executedBy(tranche.id),
  );
}
