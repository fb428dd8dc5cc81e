import type { ExitPlan, TrailingStopRule } from '../../src/model/exit-plan.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PositionSide } from '../../src/model/side.js';
import type { Difference, Oracle } from './oracle.js';
import { isOwn, roleOf } from './order-names.js';
import { SYMBOL } from './plan.js';
import { MARK_OFF_TICKS } from './price-memory.js';
import type { BelievedTranche } from './subject.js';

/** After a start, prices are doubted and looked for this long, ms: nothing is expected of them. */
const SETTLING_MS = 3_000;
/** A guard that was passed has led to something within this: the grace of an order that rests, and the watchdog of one
 * that was triggered, ms. */
const ACTED_MS = 3_500;
/** What was told this long ago is recorded, ms. */
const RECORDED_MS = 1_000;
/** A tick further from the one before than this may be doubted. */
const JUMP = 0.08;
/** Numbers of the oracle are ordinary ones: nearer to the next tick than this is on it. */
const NEARLY = 1e-6;

/** What one tranche has seen of the market, as the oracle counts it. Prices in ticks. */
interface Track {
  plan: ExitPlan;
  entry: number;
  /** Where a trail that is armed at once begins at the worst; `null` = with the price at which the plan changed. */
  begun: number | null;
  opened: number;
  readonly side: PositionSide;
  /** First seen, monotonic ms: it is at least that old. */
  readonly since: number;
  /** Under this plan and entry: when they began, and the best price that the monitor must have taken in. */
  shapedAt: number;
  best: number | null;
  /** The best price of a while ago: what no death of the process can take away. */
  sure: number | null;
  sureNext: number | null;
  sureAt: number;
  /** The best true price ever, told or not, and the best entry. */
  bestEver: number;
  bestEntry: number;
  /** Ticks at or past the guard in a row, and when the first came. */
  passed: number;
  passedAt: number;
  /** Where the stop is to rest, and since when that is seen. */
  resting: number | null;
  restingSince: number;
  /** Where its stop has rested. */
  readonly floors: Set<number>;
  /** When something must have followed from it, monotonic ms. */
  due: number | null;
}

/**
 * Judges exit rules by what they promise: a trail's level by the best true price, breakeven by its activation, a time
 * limit by the age of the tranche. Knows the plan and the market, and nothing of how the engine gets there.
 */
export class RuleWatch {
  readonly #oracle: Oracle;
  readonly #tracks = new Map<string, Track>();
  readonly #lastTick = new Map<PriceSource, number>();
  #runningSince = Number.POSITIVE_INFINITY;
  /** Levels that the exchange told, and when they changed last. */
  readonly #liquidation: Record<PositionSide, number | null> = { LONG: null, SHORT: null };
  /** Best true price since something is held of a side, by the exchange. */
  readonly #held: Record<PositionSide, number | null> = { LONG: null, SHORT: null };
  /** The one nearest to the price that a side has ever had. */
  readonly #nearest: Record<PositionSide, number | null> = { LONG: null, SHORT: null };

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  onLiquidation(side: PositionSide, ticks: number | null): void {
    this.#liquidation[side] = ticks;
    if (ticks === null) return;
    const known = this.#nearest[side];
    this.#nearest[side] = known === null ? ticks : better(known, ticks, side);
  }

  /** The true price moves, told or not. */
  onPrice(ticks: number): void {
    for (const side of ['LONG', 'SHORT'] as const) {
      const known = this.#held[side];
      const isHeld = this.#oracle.world.venue.held(SYMBOL, side) > 0;
      this.#held[side] = isHeld && known !== null ? better(known, ticks, side) : ticks;
    }
    for (const track of this.#tracks.values()) {
      const off = track.side === 'LONG' ? MARK_OFF_TICKS : -MARK_OFF_TICKS;
      track.bestEver = better(track.bestEver, ticks + off, track.side);
    }
  }

  /** Plans and entries as the monitor has them now. */
  look(tranches: readonly BelievedTranche[]): void {
    const { now } = this.#oracle;
    for (const tranche of tranches) {
      const track = this.#tracks.get(tranche.id);
      if (track === undefined) {
        this.#tracks.set(tranche.id, this.#newTrack(tranche));
        continue;
      }
      if (tranche.restingStop !== null) track.floors.add(tranche.restingStop);
      if (tranche.restingStop !== track.resting) {
        track.resting = tranche.restingStop;
        track.restingSince = now;
      }
      if (
        track.entry !== tranche.entry ||
        track.opened !== tranche.opened ||
        !isSamePlan(track.plan, tranche.plan)
      ) {
        reshape(track, tranche, now);
      } else track.plan = tranche.plan;
    }
  }

  /** The best price that a tranche can have seen when it is seen first. */
  #bestSoFar({ side, entry }: BelievedTranche): number {
    const { now, world, pausedMs, prices } = this.#oracle;
    const seen = [entry, world.last, this.#held[side] ?? entry];
    /** A process that stood still hears of earlier prices now. */
    if (pausedMs > 0) seen.push(prices.bestSince(now - pausedMs - RECORDED_MS, side) ?? entry);
    /** One that was split off has seen what the other one saw. */
    for (const other of this.#tracks.values()) {
      if (other.side === side && Math.abs(other.entry - entry) < NEARLY) seen.push(other.bestEver);
    }
    const off = side === 'LONG' ? MARK_OFF_TICKS : -MARK_OFF_TICKS;
    return seen.reduce((best, ticks) => better(best, ticks + off, side), entry);
  }

  #newTrack(tranche: BelievedTranche): Track {
    const { side, plan, entry, opened, restingStop } = tranche;
    const { now } = this.#oracle;
    return {
      plan,
      entry,
      begun: entry,
      opened,
      side,
      since: now,
      shapedAt: now,
      best: null,
      sure: null,
      sureNext: null,
      sureAt: now,
      bestEver: this.#bestSoFar(tranche),
      bestEntry: entry,
      passed: 0,
      passedAt: now,
      resting: restingStop,
      restingSince: now,
      floors: new Set(restingStop === null ? [] : [restingStop]),
      due: null,
    };
  }

  /** Whether an order has rested there, in front of which nothing is confirmed. */
  isFloor(trancheId: string, ticks: number): boolean {
    return this.#tracks.get(trancheId)?.floors.has(ticks) ?? false;
  }

  /** A tick is about to be told. */
  beforeTick(source: PriceSource, ticks: number): void {
    const { subject, now, world } = this.#oracle;
    const last = this.#lastTick.get(source);
    this.#lastTick.set(source, ticks);
    if (subject.phase !== 'running' || now < this.#oracle.pausedUntil) {
      this.#runningSince = Number.POSITIVE_INFINITY;
      return;
    }
    if (this.#runningSince > now) this.#runningSince = now;
    const isPlain = last !== undefined && Math.abs(ticks - last) <= last * JUMP;
    if (!isPlain || now - this.#runningSince < SETTLING_MS || !world.feedIsFresh) return;
    const tranches = subject.tranches();
    this.look(tranches);
    for (const tranche of tranches) {
      const track = this.#tracks.get(tranche.id);
      if (track === undefined || tranche.state !== 'OPEN' || sourceOf(track.plan) !== source)
        continue;
      remember(track, ticks, now);
      this.#expect(track, tranche, ticks);
    }
  }

  /** A price at or past the guard must lead to something. */
  #expect(track: Track, { stop }: BelievedTranche, ticks: number): void {
    const { now } = this.#oracle;
    const trail = trailedStop(track, track.best);
    const guard = stop === null ? trail : trail === null ? stop : tighter(stop, trail, track.side);
    const isPassed = guard !== null && (track.side === 'LONG' ? ticks <= guard : ticks >= guard);
    if (!isPassed) {
      track.passed = 0;
      return;
    }
    track.passed += 1;
    if (track.passed === 1) track.passedAt = now;
    const { confirm } = track.plan;
    /** What another source says is not followed here. */
    if (confirm?.source != null) return;
    if (track.passed <= (confirm?.ticks ?? 0)) return;
    if (now - track.passedAt < (confirm?.ms ?? 0)) return;
    track.due ??= now + ACTED_MS;
  }

  /** Now and then: whatever had to lead to something has. */
  judgeDue(tranches: readonly BelievedTranche[]): void {
    const { now } = this.#oracle;
    for (const { id, state } of tranches) {
      const track = this.#tracks.get(id);
      if (track === undefined || track.due === null) continue;
      if (state !== 'OPEN') track.due = null;
      else if (now > track.due + this.#lagMs()) {
        this.#oracle.fail(
          'X1',
          `the stop of ${id} was passed at ${track.passedAt} ms, and it is still open`,
        );
        track.due = null;
      }
    }
  }

  #lagMs(): number {
    const { disk, plan } = this.#oracle.world;
    return disk.lagMs + plan.setup.latencyMs * 4;
  }

  /** The process stands still: nothing follows from anything meanwhile. */
  onPause(): void {
    for (const track of this.#tracks.values()) {
      track.due = null;
      track.passed = 0;
    }
  }

  /** The process dies: what it had not recorded is gone, and what was due begins anew. */
  onDeath(): void {
    this.#runningSince = Number.POSITIVE_INFINITY;
    for (const track of this.#tracks.values()) {
      track.best = this.#oracle.hasStoreTrouble ? null : track.sure;
      track.sureNext = track.best;
      track.sure = track.best;
      track.due = null;
      track.passed = 0;
    }
  }

  /** Records were lost: of what was reached before, nothing is certain. */
  onRestored(): void {
    for (const track of this.#tracks.values()) {
      track.best = null;
      track.sure = null;
      track.sureNext = null;
    }
  }

  /** What merged has lived through what each of them has. */
  onMerged(side: PositionSide): void {
    const all = [...this.#tracks.values()].filter((track) => track.side === side);
    for (const track of all) {
      for (const other of all) {
        track.bestEver = better(track.bestEver, other.bestEver, side);
        track.bestEntry = better(track.bestEntry, other.bestEntry, side);
      }
    }
  }

  /** Our own guard says that a trail was hit: never nearer to the price than the best true price makes it. */
  judgeTrailHit(trancheId: string, ticks: number): void {
    const track = this.#tracks.get(trancheId);
    const rule = track?.plan.trailingStop;
    if (track === undefined || rule == null) return;
    const best = better(track.bestEver, track.bestEntry, track.side);
    const nearest = levelAt(rule, best, track.side);
    if (!isTighter(ticks, nearest, track.side)) return;
    this.#oracle.fail('X1', `the trail of ${trancheId} was hit at ${ticks}, it lies at ${nearest}`);
  }

  /** A stop reaches the exchange: nothing asks for one that is nearer to the price than this. */
  judgeStop(trancheId: string, ticks: number): void {
    const track = this.#tracks.get(trancheId);
    if (track === undefined) return;
    const nearest = this.#nearestStop(track);
    if (nearest === null || !isTighter(ticks, nearest, track.side)) return;
    this.#oracle.fail(
      'X1',
      `a stop of ${trancheId} at ${ticks}, no rule asks for more than ${nearest}`,
    );
  }

  /** The tightest stop that any rule of the plan can have asked for; `null` = that cannot be said. */
  #nearestStop({ plan, side, bestEver, bestEntry, shapedAt }: Track): number | null {
    /** Averages are not followed here, nor what was asked for under another plan or entry a moment ago. */
    if (plan.volatility !== null || this.#oracle.now - shapedAt < SETTLING_MS) return null;
    if (plan.breakeven?.trigger.kind === 'level' && plan.breakeven.followLevels) return null;
    const asked: number[] = [];
    const { stopLoss, breakeven, trailingStop, timeLimit } = plan;
    if (stopLoss?.kind === 'price') asked.push(Number(stopLoss.price) * TICKS_PER_UNIT);
    if (stopLoss?.kind === 'percent') asked.push(moved(bestEntry, -Number(stopLoss.percent), side));
    if (breakeven !== null) asked.push(moved(bestEntry, Number(breakeven.offsetPct), side));
    if (trailingStop !== null) {
      const best = better(bestEver, bestEntry, side);
      asked.push(moved(best, -Number(trailingStop.callbackPct), side));
    }
    if (timeLimit?.stopLossPct != null)
      asked.push(moved(bestEntry, -Number(timeLimit.stopLossPct), side));
    const liquidation = this.#nearest[side];
    if (liquidation !== null && plan.liquidationBufferPct !== null)
      asked.push(
        moved(liquidation, Number(plan.liquidationBufferPct) + LIQUIDATION_SLACK_PCT, side),
      );
    const [first, ...rest] = asked;
    if (first === undefined) return null;
    return stopTicks(
      rest.reduce((most, level) => better(most, level, side), first),
      side,
    );
  }

  /** After quiet: what the rules promise of an open tranche. */
  differencesOf(tranche: BelievedTranche): Difference[] {
    const track = this.#tracks.get(tranche.id);
    if (track === undefined || tranche.state !== 'OPEN') return [];
    const found: Difference[] = [];
    const fail = (invariant: string, what: string): void => {
      found.push({ invariant, what: `${tranche.id}: ${what}` });
    };
    this.#judgeLevels(track, tranche, fail);
    this.#judgeAge(track, tranche, fail);
    this.#judgeLiquidation(track, tranche, fail);
    /** A level that moves on is followed: moves are paced, and wait while the price is near. */
    if (this.#oracle.now - track.restingSince > ACTED_MS) this.#judgeResting(tranche, fail);
    return found;
  }

  #judgeLevels(track: Track, { stop, taken, profits, opened }: BelievedTranche, fail: Fail): void {
    const { plan, side, entry } = track;
    const atLeast = (what: string, level: number): void => {
      if (stop === null || isTighter(level, stop, side))
        fail('X1', `${what} asks for a stop at ${level}, it is at ${stop}`);
    };
    const best = stepsBack(track);
    const trail = trailedStop(track, best);
    if (trail !== null) atLeast('the trail', trail);
    const { breakeven } = plan;
    if (breakeven === null) return;
    const even = stopTicks(moved(entry, Number(breakeven.offsetPct), side), side);
    /** It goes there once the price is beyond it, and must have only if the price still is. */
    const off = side === 'LONG' ? -MARK_OFF_TICKS : MARK_OFF_TICKS;
    if (!isTighter(this.#oracle.world.last + off, even, side)) return;
    if (breakeven.trigger.kind === 'percent') {
      const activation = moved(entry, Number(breakeven.trigger.percent), side);
      if (track.best !== null && isFurther(track.best, activation, side))
        atLeast('breakeven', even);
      return;
    }
    if (!this.#oracle.knowsTaken) return;
    let reached = 0;
    for (const [slot, { portion }] of profits.entries()) {
      const share = opened * portion;
      if ((taken[slot] ?? 0) <= 0 || (taken[slot] ?? 0) < share - NEARLY) break;
      reached = slot + 1;
    }
    if (reached < breakeven.trigger.level) return;
    atLeast('breakeven', even);
    const before = profits[reached - 2];
    const follows = breakeven.followLevels && reached > breakeven.trigger.level;
    if (follows && before && isTighter(this.#oracle.world.last + off, before.ticks, side))
      atLeast(`level ${reached}`, before.ticks);
  }

  #judgeAge(track: Track, { stop, entry }: BelievedTranche, fail: Fail): void {
    const { timeLimit, workingType } = track.plan;
    const { now, world } = this.#oracle;
    if (timeLimit === null || now - track.since <= timeLimit.ms + ACTED_MS) return;
    /** It counts anew under another plan only for what it had done already. */
    if (now - track.shapedAt <= ACTED_MS) return;
    const { onlyIn } = timeLimit;
    const off = workingType === 'LAST' ? 0 : MARK_OFF_TICKS;
    const gain = track.side === 'LONG' ? world.last - entry : entry - world.last;
    if (onlyIn === 'profit' && gain - off <= 0) return;
    if (onlyIn === 'loss' && gain + off >= 0) return;
    if (timeLimit.action === 'close') {
      fail('X1', `it is older than ${timeLimit.ms} ms`);
      return;
    }
    const away = -Number(timeLimit.stopLossPct ?? 0);
    const level = stopTicks(moved(entry, away, track.side), track.side);
    if (stop === null || isTighter(level, stop, track.side))
      fail('X1', `older than ${timeLimit.ms} ms, its stop is at ${stop} and not at ${level}`);
  }

  #judgeLiquidation(track: Track, { restingStop }: BelievedTranche, fail: Fail): void {
    const { plan, side } = track;
    const level = this.#liquidation[side];
    if (level === null || restingStop === null || plan.liquidationBufferPct === null) return;
    const asked = stopTicks(moved(level, Number(plan.liquidationBufferPct), side), side);
    const off = side === 'LONG' ? -MARK_OFF_TICKS : MARK_OFF_TICKS;
    /** With the price inside of the buffer the stop lies between: before the liquidation, and not passed. */
    const loosest = isTighter(this.#oracle.world.last + off, asked, side) ? asked : level;
    if (isTighter(loosest, restingStop, side))
      fail('X1', `the stop at ${restingStop} lies beyond ${loosest}, before the liquidation`);
  }

  /** Stops rest where the monitor says that they do. */
  #judgeResting({ id, restingStop }: BelievedTranche, fail: Fail): void {
    const { trancheOf, live } = this.#oracle;
    for (const [clientOrderId, { trigger, status }] of live) {
      if (!isOwn(clientOrderId) || roleOf(clientOrderId) !== 'stop-loss') continue;
      if (trancheOf.get(clientOrderId) !== id || status !== 'accepted') continue;
      if (trigger !== restingStop)
        fail('I6', `${clientOrderId} rests at ${trigger}, the stop is at ${restingStop}`);
    }
  }
}

type Fail = (invariant: string, what: string) => void;

/** Ticks of one unit of the simulated contract's price. */
const TICKS_PER_UNIT = 10;
/** Where hits are confirmed first the guard goes further than the buffer, so that the order behind it keeps it, percent. */
const LIQUIDATION_SLACK_PCT = 0.5;

function reshape(track: Track, { plan, entry, opened }: BelievedTranche, now: number): void {
  if (!isSamePlan(track.plan, plan)) track.begun = null;
  else if (track.begun !== null && isTighter(track.begun, entry, track.side)) track.begun = entry;
  track.plan = plan;
  track.bestEntry = better(track.bestEntry, entry, track.side);
  track.entry = entry;
  track.opened = opened;
  track.shapedAt = now;
  track.best = null;
  track.sure = null;
  track.sureNext = null;
  track.due = null;
  track.passed = 0;
}

function remember(track: Track, ticks: number, now: number): void {
  track.best = track.best === null ? ticks : better(track.best, ticks, track.side);
  if (now - track.sureAt < RECORDED_MS) return;
  track.sure = track.sureNext;
  track.sureNext = track.best;
  track.sureAt = now;
}

function isSamePlan(a: ExitPlan, b: ExitPlan): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sourceOf({ workingType }: ExitPlan): PriceSource {
  return workingType;
}

/** Where the trail lies after this best price at least; `null` = it need not be armed. */
function trailedStop({ plan, side, entry, begun }: Track, best: number | null): number | null {
  const { trailingStop } = plan;
  if (trailingStop === null) return null;
  const { activationPct } = trailingStop;
  if (activationPct === null) {
    const from = best === null || begun === null ? (best ?? begun) : better(begun, best, side);
    return from === null ? null : levelAt(trailingStop, from, side);
  }
  const activation = moved(entry, Number(activationPct), side);
  return best !== null && isFurther(best, activation, side)
    ? levelAt(trailingStop, best, side)
    : null;
}

/** The best price by which the resting stop must have followed: its steps are what it may be behind. */
function stepsBack({ plan, side, best }: Track): number | null {
  const { trailingStop } = plan;
  if (trailingStop === null || best === null) return null;
  const step = Number(trailingStop.stepPct ?? Number(trailingStop.callbackPct) / 10) / 100;
  const behind = side === 'LONG' ? best / (1 + step) : best / (1 - step);
  const tick = side === 'LONG' ? best - 1 : best + 1;
  const recorded = side === 'LONG' ? Math.min(behind, tick) : Math.max(behind, tick);
  return recorded;
}

/** So far behind the best price, and one tick at least. */
function levelAt({ callbackPct }: TrailingStopRule, best: number, side: PositionSide): number {
  const level = stopTicks(moved(best, -Number(callbackPct), side), side);
  const nearest = side === 'LONG' ? best - 1 : best + 1;
  return isTighter(level, nearest, side) ? stopTicks(nearest, side) : level;
}

/** A price so many percent in favour of the position. */
function moved(ticks: number, percent: number, side: PositionSide): number {
  return ticks * (1 + ((side === 'LONG' ? 1 : -1) * percent) / 100);
}

/** Rounded towards the price, as stops are. */
function stopTicks(ticks: number, side: PositionSide): number {
  return side === 'LONG' ? Math.ceil(ticks - NEARLY) : Math.floor(ticks + NEARLY);
}

function better(a: number, b: number, side: PositionSide): number {
  return side === 'LONG' ? Math.max(a, b) : Math.min(a, b);
}

/** Of two stops the one nearer to the price. */
const tighter = better;

function isTighter(a: number, b: number, side: PositionSide): boolean {
  return side === 'LONG' ? a > b : a < b;
}

/** Whether a price has gone beyond another one in favour of the position, for certain. */
function isFurther(a: number, b: number, side: PositionSide): boolean {
  return side === 'LONG' ? a > b + NEARLY : a < b - NEARLY;
}
