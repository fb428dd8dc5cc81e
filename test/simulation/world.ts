import { VirtualClock } from '../../src/platform/virtual-clock.js';
import { NO_FAULTS, SimLine } from '../../src/testing/sim/sim-line.js';
import type { SimOrder } from '../../src/testing/sim/sim-order.js';
import { SIM_PROFILES } from '../../src/testing/sim/sim-profile.js';
import { SimVenue } from '../../src/testing/sim/sim-venue.js';
import { SimDisk } from './disk.js';
import { FaultPlan } from './fault-plan.js';
import { Oracle } from './oracle.js';
import { roleOf } from './order-names.js';
import {
  INSTRUMENT,
  LOT_STEPS,
  type PriceName,
  type SimAct,
  type SimOrderOf,
  type SimPlan,
  SYMBOL,
} from './plan.js';
import type { Subject, SubjectHooks } from './subject.js';
import { Trace } from './trace.js';

/** What a world needs to make its subject. */
export interface SubjectSetup {
  readonly plan: SimPlan;
  readonly clock: VirtualClock;
  readonly venue: SimVenue;
  readonly line: SimLine;
  readonly disk: SimDisk;
  readonly trace: Trace;
  readonly hooks: SubjectHooks;
  readonly diesAt: (when: 'before' | 'after') => boolean;
}

export type SimSubject = Subject & { pause(ms: number): void };

/** Faults are over; everything must fit together after this at the latest, ms. */
const QUIET_MS = 45_000;
/** It is looked at this often, and a world that fits together early is left early. */
const LOOK_MS = 5_000;
const QUIET_TICK_MS = 1_000;
/** Between two acts it is looked this often whether something is without cover. */
const GLANCE_MS = 400;
/** An id of the same library, of another instance. */
const OTHER_STOP = 'pmother10sim0123456789s000000';
/** How long a machine without power is away at least, ms. */
const MACHINE_MS = 4_000;
/** How often it is looked whether a stop has come to its end, ms. */
const STOPPING_MS = 200;
/** A process that died at an effect comes back after this, ms. */
const RESTART_MS = 50;
/** More writes than this in one life of a world would be a loop. */
const WRITES_MAX = 3_000;

/**
 * One simulated life: the plan is played against an exchange, a disk and a monitor; the oracle watches; then it grows
 * quiet, and everything must fit together.
 *
 * `play` yields the moments up to which time is to be moved, so that one world serves a synchronous subject and an
 * asynchronous one.
 */
export class World {
  readonly plan: SimPlan;
  readonly clock = new VirtualClock();
  readonly venue: SimVenue;
  readonly line: SimLine;
  readonly disk: SimDisk;
  readonly oracle: Oracle;
  readonly trace: Trace;
  readonly faults: FaultPlan;
  readonly #subject: SimSubject;
  #ticks = 0;
  #feedUp = true;
  #feedDownSince: number | null = null;
  #streamDownSince: number | null = null;
  #feedSilent = false;
  #calls = 0;
  #orders = 0;
  #restarts = 0;
  #isQuiet = false;
  #isStopping = false;

  constructor(plan: SimPlan, makeSubject: (setup: SubjectSetup) => SimSubject, keepTrace = false) {
    const { setup } = plan;
    this.plan = plan;
    this.trace = new Trace(keepTrace);
    this.faults = new FaultPlan(plan.faults);
    const { clock } = this;
    this.venue = new SimVenue({
      clock,
      profile: { ...SIM_PROFILES[setup.profile], severalStops: setup.severalStops },
      positionMode: setup.mode,
      instruments: [INSTRUMENT],
    });
    this.venue.skewMs = setup.skewMs;
    this.line = new SimLine({ venue: this.venue, clock, latencyMs: setup.latencyMs });
    this.disk = new SimDisk(clock, setup);
    this.oracle = new Oracle(this);
    this.venue.fillFate = (order) => this.#fate('fill', sortOf(order));
    this.venue.triggerFate = (order) => this.#fate('trigger', sortOf(order));
    this.disk.commitFate = () => {
      const fate = this.#fate('commit');
      if (fate !== null) this.oracle.onStoreTrouble(fate.ms + this.disk.lagMs);
      return fate;
    };
    this.line.faults = {
      write: (write) => {
        const fault = this.faults.next(write.kind, sortOf(write));
        if (fault !== null) this.oracle.onFault(write.kind, fault.do);
        return fault;
      },
      read: (kind) => {
        if (kind === 'prices') this.oracle.prices.onAsked(this.clock.monotonic());
        const fault = this.faults.next('read', kind);
        if (fault !== null) this.oracle.onFault(`read ${kind}`, fault.do);
        return fault;
      },
      stream: (event) => this.#fate('stream', event.kind),
    };
    this.#subject = makeSubject({
      plan,
      clock,
      venue: this.venue,
      line: this.line,
      disk: this.disk,
      trace: this.trace,
      hooks: this.oracle,
      diesAt: (when) => this.#diesAt(when),
    });
    this.oracle.watch(this.#subject);
  }

  get subject(): SimSubject {
    return this.#subject;
  }

  /** An orderly stop is under way. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  /** Since when the monitor knows that the feed is disconnected, monotonic ms; `null` = it is connected. */
  get feedDownSince(): number | null {
    return this.#feedDownSince;
  }

  /** Since when the monitor knows that the account stream is down, monotonic ms; `null` = it is up. */
  get streamDownSince(): number | null {
    return this.#streamDownSince;
  }

  get feedIsFresh(): boolean {
    return this.#feedUp && !this.#feedSilent;
  }

  get last(): number {
    return this.#ticks;
  }

  *play(): Generator<number, void> {
    const { acts, faultyMs } = this.plan;
    const first = acts[0];
    if (first?.do === 'price') this.#setPrice(first.ticks);
    this.#subject.start();
    for (const act of acts) {
      yield* this.#glancing(act.at);
      yield act.at;
      this.#perform(act);
      this.oracle.look();
      if (this.#isOver()) return;
    }
    yield* this.#glancing(faultyMs);
    yield faultyMs;
    yield* this.#quiet();
  }

  /** Time goes on up to a moment; now and then it is looked whether something is without cover. */
  *#glancing(until: number): Generator<number, void> {
    for (let at = this.clock.monotonic() + GLANCE_MS; at < until; at += GLANCE_MS) {
      yield at;
      this.oracle.glance();
    }
  }

  *#quiet(): Generator<number, void> {
    const { oracle, line, venue, disk, clock } = this;
    this.trace.world(clock.monotonic(), 'quiet');
    this.#isQuiet = true;
    this.faults.stop();
    line.faults = {
      ...NO_FAULTS,
      read: (kind) => {
        if (kind === 'prices') oracle.prices.onAsked(clock.monotonic());
        return null;
      },
    };
    venue.halted = false;
    venue.stopCap = Number.POSITIVE_INFINITY;
    venue.fillFate = () => null;
    venue.triggerFate = () => null;
    disk.down = false;
    disk.commitFate = () => null;
    oracle.quietSince = clock.monotonic();
    if (this.#subject.phase === 'dead') this.#restart();
    this.#feedSilent = false;
    this.#streamDownSince = null;
    if (!this.#feedUp) this.#connectFeed();
    line.resumeStream();
    const begin = clock.monotonic();
    let nextLook = begin + 2 * LOOK_MS;
    for (let at = begin; at < begin + QUIET_MS; at += QUIET_TICK_MS) {
      yield at;
      this.#setPrice(this.#ticks);
      oracle.look();
      if (this.#isOver()) return;
      if (at < nextLook) continue;
      nextLook += LOOK_MS;
      if (line.banLeftMs === 0 && oracle.differences().length === 0) break;
    }
    oracle.judgeEnd();
  }

  #isOver(): boolean {
    if (this.line.writes > WRITES_MAX)
      this.oracle.fail('I15', `${this.line.writes} writes: a flood`);
    return this.oracle.violations.length > 0;
  }

  #perform(act: SimAct): void {
    const { line, venue, disk, clock, oracle } = this;
    if (act.do !== 'price') {
      oracle.note(`act ${act.do}`);
      this.trace.world(clock.monotonic(), JSON.stringify(act));
    }
    const later = (ms: number, undo: () => void): void => {
      clock.setTimer(undo, ms);
    };
    switch (act.do) {
      case 'price':
        this.#setPrice(act.ticks);
        return;
      case 'bad-tick':
        this.#badTick(act.price, act.times);
        return;
      case 'enter':
        this.#enter(act);
        return;
      case 'reduce-by-hand':
        this.#byHand(act.lots, false);
        return;
      case 'flip-by-hand':
        this.#byHand(act.lots, true);
        return;
      case 'cancel-stop-by-hand':
      case 'cancel-profit-by-hand':
        this.#cancelByHand(act.do === 'cancel-stop-by-hand');
        return;
      case 'forced':
        this.#forced(act.cause, act.lots);
        return;
      case 'other-instance':
        this.#otherInstance(act.lots);
        return;
      case 'halt':
        venue.halted = true;
        later(act.ms, () => {
          venue.halted = false;
          for (const source of this.plan.setup.sources) {
            const ticks = venue.price(SYMBOL, source);
            if (ticks !== null) venue.setPrice(SYMBOL, source, ticks);
          }
        });
        return;
      case 'ban':
        line.ban(act.ms);
        return;
      case 'stop-cap':
        venue.stopCap = act.cap;
        later(act.ms, () => {
          venue.stopCap = Number.POSITIVE_INFINITY;
        });
        return;
      case 'liquidation': {
        const away = act.side === 'LONG' ? -1 : 1;
        const level =
          act.percent === null ? null : Math.round(this.#ticks * (1 + (away * act.percent) / 100));
        venue.liquidation.set(SYMBOL, act.side, level);
        oracle.rules.onLiquidation(act.side, level);
        return;
      }
      case 'skew':
        /** Our clock is off from now on. An exchange that does not tell its time promises that clocks agree. */
        if (venue.profile.tellsTime) clock.jumpWallBy(-act.ms);
        return;
      case 'stream-down':
        line.interruptStream(act.silent);
        if (!act.silent) this.#streamDownSince ??= clock.monotonic();
        later(act.ms, () => {
          this.#streamDownSince = null;
          line.resumeStream();
        });
        return;
      case 'feed-down':
        if (!this.#feedUp) return;
        this.#feedUp = false;
        this.#feedDownSince = this.clock.monotonic();
        this.#subject.feed('disconnected');
        later(act.ms, () => this.#connectFeed());
        return;
      case 'feed-silent':
        this.#feedSilent = true;
        later(act.ms, () => {
          this.#feedSilent = false;
        });
        return;
      case 'store-down':
        disk.down = true;
        oracle.onStoreTrouble(act.ms);
        later(act.ms, () => {
          disk.down = false;
        });
        return;
      case 'call':
        if (this.#subject.canCall(act.call)) {
          this.#subject.call(this.#callName(`${act.call} ${act.side ?? ''}`), act);
        }
        return;
      case 'crash':
        this.die(act.power, act.restartMs);
        return;
      case 'restore-backup':
        /** Nobody puts a backup back faster than a machine comes back. */
        this.die(false, Math.max(act.restartMs, MACHINE_MS));
        disk.restore(act.share);
        oracle.records.forgetAcknowledged();
        oracle.onRestored();
        return;
      case 'stop':
        if (!this.#subject.isAlive) return;
        oracle.beforeDeath('stop');
        this.#isStopping = true;
        this.#subject.stop();
        this.#isStopping = false;
        this.#restartIn(act.restartMs);
        return;
      case 'pause':
        oracle.onPause(act.ms);
        this.#subject.pause(act.ms);
        return;
      case 'wall-jump':
        if (venue.profile.tellsTime) clock.jumpWallBy(act.ms);
        return;
    }
  }

  /** The process dies, and comes back after a while. */
  die(power: boolean, restartMs: number): void {
    if (!this.#subject.isAlive) return;
    this.oracle.beforeDeath(power ? 'power loss' : 'crash');
    this.trace.world(this.clock.monotonic(), power ? 'power loss' : 'crash');
    this.#subject.crash();
    if (power) {
      this.disk.losePower();
      this.oracle.onRestored();
    }
    /** A machine takes its time: what was sent and is in no record any more has arrived or is too late by then. */
    this.#restartIn(power ? Math.max(restartMs, MACHINE_MS) : restartMs);
  }

  #restartIn(ms: number): void {
    this.#restarts += 1;
    const number = this.#restarts;
    this.clock.setTimer(() => {
      if (number !== this.#restarts) return;
      /** An orderly stop may take its time. */
      if (this.#subject.isAlive) this.#restartIn(STOPPING_MS);
      else this.#restart();
    }, ms);
  }

  #restart(): void {
    this.trace.world(this.clock.monotonic(), 'start');
    /** A new process hears of its own lines only. */
    this.#feedDownSince = null;
    this.#streamDownSince = null;
    this.#subject.start();
    this.oracle.onStart();
    if (!this.#feedUp) this.#subject.feed('disconnected');
  }

  #diesAt(when: 'before' | 'after'): boolean {
    const fate = this.faults.effect(when, this.trace.slice);
    if (fate === null) return false;
    this.die(fate.power, fate.restartMs ?? RESTART_MS);
    return true;
  }

  #setPrice(ticks: number): void {
    this.#ticks = ticks;
    const { setup } = this.plan;
    const mono = this.clock.monotonic();
    this.trace.world(mono, `price ${ticks}`);
    this.oracle.onPrice(ticks);
    for (const source of setup.sources) {
      this.venue.setPrice(SYMBOL, source, this.#priceOf(source, ticks));
    }
    this.#liquidate(ticks);
    if (!this.feedIsFresh) return;
    const instrument = this.venue.instrument(SYMBOL);
    for (const source of setup.sources) {
      const told = this.#priceOf(source, ticks);
      this.oracle.rules.beforeTick(source, told);
      this.#subject.tick(source, instrument?.priceNumber(told) ?? 0);
    }
  }

  /** What is held beyond the level at which the exchange said that it would liquidate is liquidated. */
  #liquidate(ticks: number): void {
    const { venue } = this;
    for (const side of ['LONG', 'SHORT'] as const) {
      const level = venue.liquidation.of(SYMBOL, side);
      if (level === null || (side === 'LONG' ? ticks > level : ticks < level)) continue;
      venue.liquidation.set(SYMBOL, side, null);
      this.oracle.rules.onLiquidation(side, null);
      venue.forceReduce(SYMBOL, side, venue.held(SYMBOL, side), 'liquidation');
    }
  }

  /** The mark price goes along a little off. */
  #priceOf(source: PriceName, ticks: number): number {
    return source === 'LAST' ? ticks : ticks + (Math.round(ticks / 7) % 5) - 2;
  }

  #badTick(price: number, times: number): void {
    if (!this.feedIsFresh) return;
    const last = this.venue.instrument(SYMBOL)?.priceNumber(this.#ticks) ?? 0;
    const shown = price > 0 && price < 100 ? last * price : price;
    for (let count = 0; count < times; count += 1) this.#subject.tick('LAST', shown);
  }

  #connectFeed(): void {
    if (this.#feedUp) return;
    this.#feedUp = true;
    this.#feedDownSince = null;
    this.#subject.feed('reconnected');
    this.#setPrice(this.#ticks);
  }

  #enter(act: Extract<SimAct, { do: 'enter' }>): void {
    /** What was held before the very first start is a matter of adoption. */
    if (!this.oracle.hasStartedOnce) return;
    this.#orders += 1;
    const hedge = this.plan.setup.mode === 'hedge';
    const clientOrderId = `bot-${this.#orders}`;
    const side = act.side === 'LONG' ? 'BUY' : 'SELL';
    const positionSide = hedge ? act.side : 'BOTH';
    const mustRegister = this.plan.setup.globals.manage === 'registered';
    const trade = (): void => this.#tradeInParts(act, clientOrderId, side, positionSide);
    if ((act.register && this.plan.setup.severalStops) || mustRegister) {
      if (this.#subject.phase !== 'running') return;
      const name = this.#callName('register');
      /** A bot sends its entry when the announcement is answered. */
      this.oracle.whenAnswered(name, (error) => {
        if (error === undefined && !this.#isQuiet && !this.#isStopping) trade();
      });
      this.#subject.register(name, { clientOrderId, side, positionSide });
    } else trade();
  }

  #tradeInParts(
    act: Extract<SimAct, { do: 'enter' }>,
    clientOrderId: string,
    side: 'BUY' | 'SELL',
    positionSide: SimOrder['positionSide'],
  ): void {
    const name = (): string => this.#callName(`handOver of ${clientOrderId}`);
    for (let part = 0; part < act.parts; part += 1) {
      const go = (): void => {
        const order = this.#trade(clientOrderId, side, positionSide, act.lots * LOT_STEPS, false);
        if (order === null) return;
        for (let count = 0; count < act.reports; count += 1) {
          /** The process may die of the report before. */
          if (this.#subject.phase === 'running') this.#subject.handOver(name(), order);
        }
      };
      /** Parts are orders of their own here; one order in parts is the fill fate's. */
      if (part === 0) go();
      else
        this.clock.setTimer(() => {
          if (!this.#isQuiet) go();
        }, part * 40);
    }
  }

  #byHand(lots: number, flips: boolean): void {
    const [row] = this.venue.positions(SYMBOL);
    if (row === undefined) return;
    const hedge = this.plan.setup.mode === 'hedge';
    this.#orders += 1;
    const quantity = flips
      ? row.quantity + lots * LOT_STEPS
      : Math.min(row.quantity, lots * LOT_STEPS);
    const side = row.side === 'LONG' ? 'SELL' : 'BUY';
    if (flips && hedge) return;
    this.#trade(`hand-${this.#orders}`, side, hedge ? row.side : 'BOTH', quantity, !flips);
  }

  #trade(
    clientOrderId: string,
    side: 'BUY' | 'SELL',
    positionSide: SimOrder['positionSide'],
    steps: number,
    reduceOnly: boolean,
  ): Readonly<SimOrder> | null {
    const instrument = this.venue.instrument(SYMBOL);
    const verdict = this.venue.place({
      clientOrderId,
      symbol: SYMBOL,
      side,
      positionSide,
      kind: 'market',
      quantity: instrument?.quantity(steps).toNumber() ?? 0,
      price: null,
      triggerPrice: null,
      triggerSource: null,
      reduceOnly,
      expiresAt: Number.POSITIVE_INFINITY,
    });
    return verdict.kind === 'accepted' && verdict.order.executed > 0 ? verdict.order : null;
  }

  #cancelByHand(stop: boolean): void {
    const order = this.venue
      .openOrders(SYMBOL)
      .find(({ kind }) => (stop ? kind === 'stop-market' : kind !== 'stop-market'));
    if (order === undefined) return;
    this.oracle.onPerson(order.clientOrderId);
    this.venue.cancel({ symbol: SYMBOL, orderId: order.orderId });
  }

  /** A stop of another monitor, far away: it must be there at the end as well. */
  #otherInstance(lots: number): void {
    const [row] = this.venue.positions(SYMBOL);
    if (row === undefined) return;
    const far = row.side === 'LONG' ? this.#ticks / 2 : this.#ticks * 2;
    const instrument = this.venue.instrument(SYMBOL);
    const verdict = this.venue.place({
      clientOrderId: OTHER_STOP,
      symbol: SYMBOL,
      side: row.side === 'LONG' ? 'SELL' : 'BUY',
      positionSide: this.plan.setup.mode === 'hedge' ? row.side : 'BOTH',
      kind: 'stop-market',
      quantity: instrument?.quantity(lots * LOT_STEPS).toNumber() ?? 0,
      price: null,
      triggerPrice: instrument?.priceNumber(Math.round(far)) ?? 0,
      triggerSource: 'LAST',
      reduceOnly: true,
      expiresAt: Number.POSITIVE_INFINITY,
    });
    if (verdict.kind === 'accepted') this.oracle.note('another monitor has a stop');
  }

  #forced(cause: 'liquidation' | 'adl' | 'settlement', lots: number): void {
    const [row] = this.venue.positions(SYMBOL);
    if (row) this.venue.forceReduce(SYMBOL, row.side, lots * LOT_STEPS, cause);
  }

  #callName(what: string): string {
    this.#calls += 1;
    const name = `${what} #${this.#calls}`;
    this.oracle.onCalled(name);
    return name;
  }

  #fate<On extends 'fill' | 'trigger' | 'commit' | 'stream'>(on: On, of?: string) {
    const fate = this.faults.next(on, of);
    if (fate !== null) this.oracle.onFault(on, 'do' in fate ? fate.do : 'parts');
    return fate;
  }
}

/** Whose order it is, as faults name it. */
function sortOf({ clientOrderId }: { readonly clientOrderId: string }): SimOrderOf {
  return roleOf(clientOrderId) ?? 'foreign';
}
