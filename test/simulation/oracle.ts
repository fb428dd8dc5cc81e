import type { PositionSide } from '../../src/model/side.js';
import type { SimWrite } from '../../src/testing/sim/sim-line.js';
import type { SimFill, SimOrder } from '../../src/testing/sim/sim-order.js';
import { judgeCancel, judgePlacement } from './arrival-rules.js';
import { Claims } from './claims.js';
import { differencesOf } from './convergence.js';
import { LineWatch } from './line-watch.js';
import { NakedWatch } from './naked-watch.js';
import { isOwn, roleOf } from './order-names.js';
import { SYMBOL } from './plan.js';
import { PriceMemory } from './price-memory.js';
import { Records } from './records.js';
import { RuleWatch } from './rule-watch.js';
import type { Told } from './subject.js';
import type { SimSubject, World } from './world.js';

export interface Violation {
  /** The invariant that names it, e.g. `I1a`. */
  readonly invariant: string;
  readonly at: number;
  readonly what: string;
}

/** Something that does not fit together after quiet. */
export interface Difference {
  readonly invariant: string;
  readonly what: string;
}

/** Exits of one tranche within this time are a race: the exchange was faster than our knowledge, ms. */
export const RACE_MS = 3_000;

/** An exit of ours opened the other side where the exchange does not clamp. */
const BEYOND_ZERO = 'race beyond zero';

/** What a store that failed or lagged explains goes on for this long after it, ms. */
const AFTER_TROUBLE_MS = 4_000;

/**
 * Watches what arrives at the exchange, what is executed, what is recorded and what is said, and judges what was
 * attempted, not what the exchange let pass.
 *
 * Quantities in steps, prices in ticks, times monotonic ms.
 */
export class Oracle {
  readonly violations: Violation[] = [];
  /** Rare things that must happen sometimes, or the world is too tame. */
  readonly seen = new Map<string, number>();
  readonly records: Records;
  readonly prices = new PriceMemory();
  readonly claims: Claims;
  readonly rules: RuleWatch;
  readonly #world: World;
  readonly #naked: NakedWatch;
  readonly lineWatch: LineWatch;
  #subject: SimSubject | null = null;
  /** Live orders of ours at the exchange. */
  readonly live = new Map<string, SimOrder>();
  /** Tranche of each order of ours, and what tranches opened, as the monitor last said. */
  readonly trancheOf = new Map<string, string>();
  readonly opened = new Map<string, number>();
  readonly #executed = new Map<string, number>();
  readonly #lastExecution = new Map<string, number>();
  readonly #triggered = new Map<string, number>();
  /** Since when somebody wants out of a tranche that was being closed patiently, monotonic ms. */
  readonly #panicked = new Map<string, number>();
  readonly #openCalls = new Set<string>();
  #lateCalls = new Set<string>();
  readonly #afterCalls = new Map<string, (error: unknown) => void>();
  readonly #declared = new Map<PositionSide, number>();
  /** Tranches were merged or split. */
  #reshaped = false;
  /** Tranches with a hit that waits to be confirmed. */
  readonly #confirming = new Set<string>();
  /** Executions of orders that are not ours, for what travels beside them. */
  readonly foreign: { readonly at: number; readonly side: PositionSide; readonly steps: number }[] =
    [];
  quietSince = Number.POSITIVE_INFINITY;
  hasStartedOnce = false;
  /** The store was set back: it cannot remember what came after. */
  wasRestored = false;
  lastReadFault = Number.NEGATIVE_INFINITY;
  lastPlanChange = Number.NEGATIVE_INFINITY;
  lastSplit = Number.NEGATIVE_INFINITY;
  lastReduction = Number.NEGATIVE_INFINITY;
  #storeTroubleUntil = Number.NEGATIVE_INFINITY;
  /** How long the process stood still in all: its knowledge may be that old. */
  pausedMs = 0;
  /** When an order of ours ended at the exchange without being filled. */
  lastLoss = Number.NEGATIVE_INFINITY;
  /** Until when it stands still. */
  pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(world: World) {
    this.#world = world;
    this.records = new Records(world.disk);
    this.claims = new Claims(this);
    this.rules = new RuleWatch(this);
    this.#naked = new NakedWatch(this);
    this.lineWatch = new LineWatch(this);
    const { line, venue } = world;
    line.onArrival = (write) => this.#onArrival(write);
    line.onTold = (event) => {
      if (event.kind === 'order') this.#onOrder(event.order);
    };
    venue.onExecution = (order, fill) => this.#onExecution(order, fill);
  }

  watch(subject: SimSubject): void {
    this.#subject = subject;
  }

  get world(): World {
    return this.#world;
  }

  get subject(): SimSubject {
    return this.#subject as SimSubject;
  }

  get now(): number {
    return this.#world.clock.monotonic();
  }

  /** Whether the store fails or lags, or did so a short while ago. */
  get hasStoreTrouble(): boolean {
    return this.now < this.#storeTroubleUntil;
  }

  onStoreTrouble(ms: number): void {
    this.#storeTroubleUntil = Math.max(this.#storeTroubleUntil, this.now + ms + AFTER_TROUBLE_MS);
  }

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  fail(invariant: string, what: string): void {
    if (this.violations.length >= 20) return;
    this.violations.push({ invariant, at: Math.round(this.now), what });
    this.#world.trace.note(this.now, `VIOLATION ${invariant}: ${what}`);
  }

  /** Takes the monitor's own picture in, while it is alive. */
  look(): void {
    const { subject } = this;
    if (subject.phase === 'dead') return;
    if (subject.phase === 'running') this.hasStartedOnce = true;
    const tranches = subject.tranches();
    for (const tranche of tranches) {
      this.opened.set(tranche.id, tranche.opened);
      for (const order of tranche.orders) this.trancheOf.set(order.clientOrderId, tranche.id);
    }
    this.rules.look(tranches);
    this.rules.judgeDue(tranches);
    this.#naked.look();
  }

  /** Between two acts: whether something is without cover. */
  glance(): void {
    if (this.subject.phase !== 'dead') this.#naked.look();
  }

  executedBy(tranche: string): number {
    let sum = 0;
    for (const [key, steps] of this.#executed) {
      const [id = '', then = ''] = key.split('|');
      if ((then === '' ? this.trancheOf.get(id) : then) === tranche) sum += steps;
    }
    return sum;
  }

  executedOf(clientOrderId: string): number {
    let sum = 0;
    for (const [key, steps] of this.#executed) {
      if (key.startsWith(`${clientOrderId}|`)) sum += steps;
    }
    return sum;
  }

  lastExitOf(tranche: string): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const [id, time] of this.#lastExecution) {
      if (this.trancheOf.get(id) === tranche) last = Math.max(last, time);
    }
    return last;
  }

  /** What came in by others since a moment. */
  enteredSince(side: PositionSide, since: number): number {
    let sum = 0;
    for (const fill of this.foreign) {
      if (fill.side === side && fill.at >= since) sum += fill.steps;
    }
    return sum;
  }

  #onArrival(write: SimWrite): void {
    this.#world.trace.world(this.now, `arrived ${write.kind} ${write.clientOrderId}`);
    if (write.connection === this.#world.line.connection) this.look();
    if (write.request !== null) judgePlacement(this, write, write.request);
    else judgeCancel(this, write);
  }

  /** When somebody wanted out at once of what was being closed; infinity = nobody did. */
  panickedAt(trancheId: string): number {
    return this.#panicked.get(trancheId) ?? Number.POSITIVE_INFINITY;
  }

  /** When a stop was triggered at the exchange, monotonic ms. */
  triggeredAt(clientOrderId: string): number {
    return this.#triggered.get(clientOrderId) ?? Number.POSITIVE_INFINITY;
  }

  #onOrder(order: Readonly<SimOrder>): void {
    this.claims.onOrder(order);
    if (!isOwn(order.clientOrderId)) return;
    if (order.kind === 'stop-limit') {
      const wasTriggered = this.live.get(order.clientOrderId)?.status === 'triggered';
      if (wasTriggered && order.status === 'canceled') this.note('a stop-limit was left behind');
      if (order.status === 'filled') this.note('a stop-limit filled');
    }
    if (order.status === 'triggered' && !this.#triggered.has(order.clientOrderId))
      this.#triggered.set(order.clientOrderId, this.now);
    if (order.status === 'accepted' || order.status === 'triggered') {
      this.live.set(order.clientOrderId, order as SimOrder);
    } else {
      this.live.delete(order.clientOrderId);
      if (order.status === 'rejected') this.note('a triggered stop was refused');
      if (order.status !== 'filled') this.lastLoss = this.now;
      if (order.status === 'expired') this.note(`${roleOf(order.clientOrderId)} expired`);
    }
  }

  #onExecution(order: Readonly<SimOrder>, fill: SimFill): void {
    const { venue } = this.#world;
    const { clientOrderId } = order;
    if (!isOwn(clientOrderId)) {
      const side = fill.side === 'BUY' ? 'LONG' : 'SHORT';
      this.foreign.push({ at: this.now, side, steps: fill.quantity });
      if (fill.reduceOnly || fill.cause !== 'order') this.lastReduction = this.now;
      /** Where nothing is clamped, somebody's reduction can open the other side as well. */
      if (fill.reduceOnly && venue.held(SYMBOL, side) > 0 && venue.profile.excess === 'executed') {
        this.note(BEYOND_ZERO);
      }
      this.#noteForeign(fill);
      return;
    }
    this.look();
    const then = this.trancheOf.get(clientOrderId) ?? '';
    const before = this.now;
    const racing = before - this.lastExitOfSide(fill) <= RACE_MS;
    /** An execution stays with the tranche of its moment, whatever merges later. */
    const key = `${clientOrderId}|${then}`;
    this.#executed.set(key, (this.#executed.get(key) ?? 0) + fill.quantity);
    this.#lastExecution.set(clientOrderId, this.now);
    this.lastReduction = this.now;
    this.#noteFill(order, racing);
    const exited: PositionSide = fill.side === 'SELL' ? 'LONG' : 'SHORT';
    const opposite: PositionSide = exited === 'LONG' ? 'SHORT' : 'LONG';
    const flipped =
      venue.positionMode === 'hedge'
        ? venue.held(SYMBOL, exited) < 0
        : venue.held(SYMBOL, opposite) > 0;
    if (!flipped) return;
    /** Only an exchange that does not clamp lets it happen; it is ours unless something else exited at that time. */
    if (racing || this.#reducedByOthers()) this.note(BEYOND_ZERO);
    else this.fail('I2', `${roleOf(clientOrderId)} ${clientOrderId} went beyond zero`);
  }

  #reducedByOthers(): boolean {
    return this.foreign.some(({ at }) => this.now - at <= 20_000);
  }

  lastExitOfSide(fill: SimFill): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const [id, time] of this.#lastExecution) {
      if (id !== fill.clientOrderId) last = Math.max(last, time);
    }
    return last;
  }

  #noteFill(order: Readonly<SimOrder>, racing: boolean): void {
    const role = roleOf(order.clientOrderId);
    this.note(`filled ${role}`);
    if (order.executed < order.quantity) this.note(`filled in part: ${role}`);
    if (racing) this.note('two exits within the race window');
    for (const write of this.#world.line.underWay) {
      if (role === 'stop-loss' && roleOf(write.clientOrderId) === 'close') {
        this.note('stop filled while a close was under way');
      }
    }
  }

  #noteForeign(fill: SimFill): void {
    if (fill.cause !== 'order') this.note(`forced: ${fill.cause}`);
  }

  /* ---- what the monitor says ---- */

  onTold({ name, payload }: Told): void {
    const { reason } = payload as { reason?: string };
    /** The bare core's trace has it already. */
    const { trace } = this.#world;
    if (this.#world.faults.effects === 0) trace.note(this.now, `! ${name}: ${reason}`);
    if (name === 'order:resolved')
      this.note(`resolved: ${reason === 'absent' ? 'absent' : 'found'}`);
    else if (name === 'tranche:closed') this.note(`closed: ${reason}`);
    else if (name === 'position:external') this.note(`external: ${String(reason).split(':')[0]}`);
    else if (name === 'order:rejected')
      this.note(`refused: ${(payload as { code?: string }).code}`);
    else if (name === 'protection:failed') this.note(`failed: ${String(reason).split(':')[0]}`);
    else this.note(name);
    if (name === 'position:external' && String(reason).startsWith('unexplained')) {
      const { side, quantity } = payload as { side: PositionSide; quantity: string };
      this.#declared.set(side, this.#world.venue.instrument(SYMBOL)?.steps(Number(quantity)) ?? 0);
    }
    if (name === 'monitor:halted') this.fail('I16', `halted: ${reason}`);
    if (name === 'trigger:hit') this.#judgeHit(payload);
    if (name === 'tranche:updated' || name === 'tranche:merged' || name === 'tranche:opened') {
      /** Rules that move levels only ever tighten them. */
      if (!String(reason).startsWith('levels moved')) this.lastPlanChange = this.now;
      if (reason === 'split on request') {
        this.note('a split');
        this.lastSplit = this.now;
      }
      if (name === 'tranche:merged' || reason === 'split on request') this.#reshaped = true;
    }
    if (name === 'tranche:merged') this.rules.onMerged((payload as { side: PositionSide }).side);
    this.#naked.onTold(name, payload);
  }

  #judgeHit(payload: Readonly<Record<string, unknown>>): void {
    this.look();
    this.prices.judge(this, payload);
    const { trancheId, rule, decision, level } = payload as Record<string, string>;
    if (trancheId === undefined) return;
    if (decision === 'confirm') {
      if (this.#confirming.has(trancheId)) this.note('a hit came to nothing');
      this.#confirming.add(trancheId);
      return;
    }
    if (rule !== 'take-profit' && this.#confirming.delete(trancheId))
      this.note('a hit was confirmed');
    const ticks = this.#world.venue.instrument(SYMBOL)?.nearestTicks(Number(level)) ?? 0;
    if (rule === 'trailing-stop') this.rules.judgeTrailHit(trancheId, ticks);
    const tranche = this.subject.tranches().find(({ id }) => id === trancheId);
    if (tranche !== undefined && this.now - this.lastPlanChange > RACE_MS)
      this.prices.judgeConfirmed(this, tranche, payload);
  }

  /** Whether it is known what each take-profit level has taken. */
  get knowsTaken(): boolean {
    return this.subject.knowsTaken || !this.#reshaped;
  }

  /** Runs when the call is answered. */
  whenAnswered(call: string, use: (error: unknown) => void): void {
    this.#afterCalls.set(call, use);
  }

  onAnswered(call: string, value: unknown, error: unknown): void {
    if (call.startsWith('reconcile') || call.startsWith('pause')) return;
    this.#afterCalls.get(call)?.(error);
    this.#afterCalls.delete(call);
    if (!this.#openCalls.delete(call) && !this.#lateCalls.delete(call))
      this.fail('I16', `${call} was answered twice`);
    const handed = /^handOver of (\S+) /.exec(call)?.[1];
    if (handed !== undefined && error === undefined) {
      this.note(`acknowledged: ${String(value)}`);
      if (value === true) this.records.acknowledge(handed);
    } else if (error !== undefined) {
      const { code } = error as { code?: string };
      this.note(`call refused: ${code}`);
    }
  }

  onFault(what: string, how?: string): void {
    if (how === undefined) {
      this.fail('I16', what);
      return;
    }
    this.note(`fault ${what}: ${how}`);
    if (what.startsWith('read')) this.lastReadFault = this.now;
  }

  /* ---- what the world does ---- */

  onPrice(ticks: number): void {
    this.prices.add(this.now, ticks, this.#world.feedIsFresh);
    this.rules.onPrice(ticks);
  }

  onCalled(name: string): void {
    /** The bare core answers these in another way. */
    if (name.startsWith('reconcile') || name.startsWith('pause')) return;
    this.#openCalls.add(name);
    if (!name.startsWith('handOver') && !name.startsWith('reconcile')) {
      this.lastPlanChange = this.now;
    }
    if (name.startsWith('panic-side') || name.startsWith('close-all')) this.#onPanic(name);
    if (name.startsWith('split')) this.lastSplit = this.now;
    if (name.startsWith('new-plan') && this.#isClosing()) this.note('a new plan during a close');
  }

  /** Whoever panics wants out at once, also of what is being closed patiently. */
  #onPanic(name: string): void {
    const side = name.includes('LONG') ? 'LONG' : name.includes('SHORT') ? 'SHORT' : null;
    for (const { id, side: of, state, plan } of this.subject.tranches()) {
      if (state !== 'CLOSING' || plan.exitExecution.kind === 'market') continue;
      if (side !== null && side !== of) continue;
      this.note('a panic during a patient close');
      this.#panicked.set(id, this.now);
    }
  }

  #isClosing(): boolean {
    return this.subject.tranches().some(({ state }) => state === 'CLOSING');
  }

  onPerson(clientOrderId: string): void {
    this.note(`a person cancelled ${roleOf(clientOrderId)}`);
  }

  onPause(ms: number): void {
    this.pausedMs += ms;
    this.rules.onPause();
    this.pausedUntil = Math.max(this.pausedUntil, this.now + ms);
    this.#naked.excuse(ms + 1_000);
  }

  beforeDeath(how: string): void {
    this.look();
    this.note(how);
    if (this.subject.phase === 'starting') this.note(`${how} while starting`);
    if (this.subject.tranches().some(({ state }) => state === 'CLOSING'))
      this.note(`${how} while closing`);
    /** A stop answers what it still can. */
    this.#lateCalls = new Set(this.#openCalls);
    this.#openCalls.clear();
    this.#naked.forget();
    this.rules.onDeath();
    this.#confirming.clear();
    /** It may not have been recorded. */
    this.#panicked.clear();
  }

  /** The disk was set back; what it must still know is judged. */
  onRestored(): void {
    this.wasRestored = true;
    this.rules.onRestored();
    this.records.reload();
  }

  onStart(): void {
    this.records.judgeAcknowledged(this);
  }

  /** Exposure that the monitor has declared as not its own. */
  isDeclared(side: PositionSide, steps: number): boolean {
    /** Where every fill is ours, only a lost record leaves one unexplained, or an exit of ours that was not clamped. */
    const { manage } = this.#world.plan.setup.globals;
    const wentBeyondZero = this.seen.has(BEYOND_ZERO);
    if (manage !== 'registered' && !this.wasRestored && !wentBeyondZero) return false;
    return steps > 0 && this.#declared.get(side) === steps;
  }

  /* ---- the end ---- */

  differences(): string[] {
    return differencesOf(this).map(({ what }) => what);
  }

  judgeEnd(): void {
    this.look();
    for (const { invariant, what } of differencesOf(this)) this.fail(invariant, what);
    for (const call of this.#openCalls) this.fail('I16', `${call} was never answered`);
  }
}
