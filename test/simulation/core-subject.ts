import { coverageOf } from '../../src/engine/coverage.js';
import type { TrancheNode } from '../../src/engine/state.js';
import { ValidationError } from '../../src/errors/validation-error.js';
import { type Decimal, type decimal, ZERO } from '../../src/model/decimal.js';
import type { SettleResult } from '../../src/model/effect.js';
import type { Input } from '../../src/model/input.js';
import type { PriceSource } from '../../src/model/price.js';
import { remaining } from '../../src/model/tranche.js';
import { exitPlanFrom } from '../../src/monitor/config/exit-plan-from.js';
import { desiredStops, desiredTakeProfits } from '../../src/positions/desired-exits.js';
import type { SimInstrument } from '../../src/testing/sim/sim-instrument.js';
import type { SimOrder } from '../../src/testing/sim/sim-order.js';
import { CoreLife, type LifeOptions } from './core-life.js';
import { INSTRUMENT, OTHER_PLAN, type SimCall, type SimCallAct, SYMBOL } from './plan.js';
import type { BelievedTranche, Subject, SubjectHooks } from './subject.js';

export type CoreSubjectOptions = Omit<LifeOptions, 'onTold' | 'onSettled' | 'onFault'> & {
  readonly hooks: SubjectHooks;
};

/** Calls that make sense while nothing is held. */
export const NEEDS_NOTHING: ReadonlySet<SimCall> = new Set([
  'reconcile',
  'pause-resume',
  'close-all',
]);
const TICK = Number(INSTRUMENT.tickSize);
const STEP = Number(INSTRUMENT.stepSize);

/** The bare core under test (S1): one life after the other on one disk and one account. */
export class CoreSubject implements Subject {
  readonly knowsTaken = true;
  readonly #options: CoreSubjectOptions;
  readonly #instrument: SimInstrument;
  readonly #calls = new Map<number, string>();
  #life: CoreLife | null = null;
  #nextRequest = 1;

  constructor(options: CoreSubjectOptions) {
    this.#options = options;
    this.#instrument = options.line.venue.instrument(SYMBOL) as SimInstrument;
  }

  get isAlive(): boolean {
    return this.#life !== null && !this.#life.isDead;
  }

  get phase(): Subject['phase'] {
    if (this.#life === null || this.#life.isDead) return 'dead';
    if (this.#life.state.halted) return 'halted';
    return this.#life.isStarted ? 'running' : 'starting';
  }

  get unresolved(): number {
    let count = 0;
    for (const order of this.#life?.state.orders.values() ?? []) {
      if (order.status === 'unresolved' || order.cancelStatus === 'unresolved') count += 1;
    }
    return count;
  }

  start(): void {
    const { hooks } = this.#options;
    const life = new CoreLife({
      ...this.#options,
      onTold: (told) => hooks.onTold(told),
      onFault: (what) => hooks.onFault(what),
      onSettled: (requestId, result, durable) => this.#settled(requestId, result, durable),
    });
    /** It may die in its very first step: by then it must be the one that lives. */
    this.#life = life;
    life.begin();
  }

  crash(): void {
    this.#life?.die();
    this.#options.line.cut();
    this.#calls.clear();
  }

  stop(): void {
    this.#life?.post({ kind: 'lifecycle', to: 'stopped' });
    if (this.#life?.isDead) return;
    /** What is recorded or durable after this makes no difference to a process that has ended. */
    for (let turns = 0; turns < 4; turns += 1) this.#options.disk.flush();
    this.crash();
  }

  pause(ms: number): void {
    this.#life?.pause(ms);
  }

  handOver(name: string, order: Readonly<SimOrder>): void {
    const { clock } = this.#options;
    this.#request(name, (requestId) => ({
      kind: 'fill',
      origin: 'host',
      requestId,
      evidence: {
        orderId: order.orderId,
        clientOrderId: order.clientOrderId,
        symbol: order.symbol,
        side: order.side,
        positionSide: order.positionSide,
        cumulative: {
          quantity: this.#instrument.quantity(order.executed),
          avgPrice: this.#instrument.average(order.cost, order.executed),
        },
        trade: null,
        reduceOnly: order.reduceOnly,
        terminal: order.status === 'filled',
        cause: 'order',
        time: this.#life?.venueNow ?? clock.now(),
      },
    }));
  }

  register(name: string, order: Pick<SimOrder, 'clientOrderId' | 'side' | 'positionSide'>): void {
    this.#request(name, (requestId) => ({
      kind: 'register',
      requestId,
      registration: {
        key: order.clientOrderId,
        clientOrderId: order.clientOrderId,
        orderId: null,
        symbol: SYMBOL,
        side: order.side,
        positionSide: order.positionSide,
        plan: null,
        tranche: 'new',
        createdAt: this.#options.clock.now(),
      },
    }));
  }

  canCall(call: SimCall): boolean {
    if (this.phase === 'dead' || this.phase === 'starting') return false;
    return NEEDS_NOTHING.has(call) || this.#nodes().length > 0;
  }

  call(name: string, act: SimCallAct): void {
    const life = this.#life;
    if (life === null || life.isDead) return;
    const { call } = act;
    const nodes = this.#nodes();
    const node = nodes[0];
    if (call === 'reconcile') {
      life.compareSoon();
      return;
    }
    if (call === 'pause-resume') {
      life.post({ kind: 'lifecycle', to: life.state.paused ? 'resumed' : 'paused' });
      return;
    }
    if (call === 'close-all') {
      this.#request(name, (requestId) => ({
        kind: 'close',
        requestId,
        scope: { kind: 'all', side: null },
        reason: 'panic',
        execution: null,
      }));
      return;
    }
    if (node === undefined) return;
    try {
      this.#request(name, (requestId) => this.#inputOf(act, node, requestId));
    } catch (error) {
      /** The public methods refuse such a plan before the core hears of it. */
      if (!(error instanceof ValidationError)) throw error;
      this.#calls.delete(this.#nextRequest - 1);
      this.#options.hooks.onAnswered(name, undefined, error);
    }
  }

  #inputOf(act: SimCallAct, { tranche }: TrancheNode, requestId: number): Input {
    const { call, bps } = act;
    const last = this.#options.line.venue.price(SYMBOL, 'LAST') ?? 0;
    const direction = tranche.side === 'LONG' ? 1 : -1;
    const level = (away: number): ReturnType<typeof decimal> =>
      this.#instrument.price(Math.round(last * (1 + (direction * away) / 10_000)));
    const levels = { id: tranche.id, requestId, allowImmediate: bps < 0 } as const;
    switch (call) {
      case 'move-profit':
        return { kind: 'update-levels', ...levels, takeProfit: level(bps), stopLoss: undefined };
      case 'remove-profit':
        return { kind: 'update-levels', ...levels, takeProfit: null, stopLoss: undefined };
      case 'new-plan': {
        const plan = act.plan ?? OTHER_PLAN;
        const plans = new Map(
          this.#nodes().map(({ tranche: other }) => [
            other.id as string,
            exitPlanFrom(plan, other.plan, 'plan', other.side),
          ]),
        );
        return {
          kind: 'update-plan',
          requestId,
          id: tranche.positionId,
          plans,
          allowImmediate: true,
        };
      }
      case 'close-tranche':
        return {
          kind: 'close',
          requestId,
          scope: { kind: 'tranche', id: tranche.id },
          reason: 'manual',
          execution: null,
        };
      case 'close-position':
        return {
          kind: 'close',
          requestId,
          scope: { kind: 'position', symbol: SYMBOL, side: null },
          reason: 'manual',
          execution: null,
        };
      case 'panic-side':
        return {
          kind: 'close',
          requestId,
          scope: { kind: 'position', symbol: SYMBOL, side: act.side ?? 'LONG' },
          reason: 'panic',
          execution: null,
        };
      case 'split': {
        const held = this.#instrument.steps(remaining(tranche).toNumber()) ?? 0;
        const quantity = this.#instrument.quantity(Math.max(1, Math.floor((held * bps) / 100)));
        return { kind: 'split', requestId, id: tranche.id, quantity };
      }
      case 'merge':
        return { kind: 'merge', requestId, positionId: tranche.positionId, ids: null };
      case 'cancel-related':
        return { kind: 'cancel-related', requestId, orderId: tranche.sources[0]?.orderId ?? '' };
      default:
        return { kind: 'update-levels', ...levels, takeProfit: undefined, stopLoss: level(-bps) };
    }
  }

  tick(source: PriceSource, price: number): void {
    this.#life?.tick(source, price);
  }

  feed(state: 'connected' | 'disconnected' | 'reconnected'): void {
    this.#life?.feed(state);
  }

  tranches(): readonly BelievedTranche[] {
    const life = this.#life;
    if (life === null || life.isDead || life.state.phase === 'booting') return [];
    return this.#nodes().map((node) => this.#believed(life, node));
  }

  naked(): readonly string[] {
    const life = this.#life;
    if (life === null || life.isDead || life.state.phase === 'booting') return [];
    const mono = this.#options.clock.monotonic();
    return this.#nodes()
      .filter(
        (node) =>
          node.tranche.levels.stopLoss !== null &&
          remaining(node.tranche).gt(0) &&
          coverageOf(life.state, node, mono) === 'none',
      )
      .map((node) => node.tranche.id);
  }

  /** For tests of the simulator itself. */
  get life(): CoreLife | null {
    return this.#life;
  }

  #nodes(): TrancheNode[] {
    const live = this.#life?.state.symbols.get(SYMBOL)?.live;
    return live === undefined ? [] : [...live.LONG, ...live.SHORT];
  }

  #believed({ state }: CoreLife, node: TrancheNode): BelievedTranche {
    const { tranche } = node;
    const steps = (value: { toNumber(): number }): number =>
      this.#instrument.steps(value.toNumber()) ?? Number.NaN;
    const instrument = state.symbols.get(SYMBOL)?.instrument;
    const wants = (role: typeof desiredStops | typeof desiredTakeProfits): boolean =>
      instrument != null && role(tranche, instrument, state.venue).orders.length > 0;
    return {
      id: tranche.id,
      side: tranche.side,
      state: tranche.state,
      opened: steps(tranche.openedQty),
      held: steps(remaining(tranche)),
      stop: this.#ticksOf(tranche.levels.guard),
      restingStop: this.#ticksOf(tranche.levels.stopLoss),
      plan: tranche.plan,
      entry: tranche.entryPrice.toNumber() / TICK,
      profits: tranche.levels.takeProfits.map(({ price, portion }) => ({
        ticks: this.#instrument.nearestTicks(price.toNumber()),
        portion: portion.toNumber(),
      })),
      taken: tranche.levels.takeProfits.map(
        (_, slot) => (tranche.takenBySlot[slot] ?? ZERO).toNumber() / STEP,
      ),
      wantsRestingStop: wants(desiredStops),
      wantsRestingProfit: wants(desiredTakeProfits),
      coverage: coverageOf(state, node, this.#options.clock.monotonic()),
      orders: node.orders.map((order) => ({
        clientOrderId: order.clientOrderId,
        role: order.role,
        slot: order.slot,
        kind: order.terms.kind,
        status: order.status,
        quantity: steps(order.terms.quantity),
        executed: steps(order.execution.bookedQty),
      })),
    };
  }

  #ticksOf(price: Decimal | null): number | null {
    return price === null ? null : this.#instrument.nearestTicks(price.toNumber());
  }

  #request(name: string, make: (requestId: number) => Input): void {
    const life = this.#life;
    if (life === null || life.isDead) return;
    const requestId = this.#nextRequest;
    this.#nextRequest += 1;
    this.#calls.set(requestId, name);
    life.post(make(requestId));
  }

  #settled(requestId: number, result: SettleResult, durable: boolean): void {
    const name = this.#calls.get(requestId);
    if (name === undefined) {
      this.#options.hooks.onFault(`request ${requestId} was answered twice`);
      return;
    }
    this.#calls.delete(requestId);
    if (result.kind === 'error') this.#options.hooks.onAnswered(name, undefined, result.error);
    else if (result.kind === 'recorded') {
      const error = durable ? undefined : { code: 'STORE_WRITE_FAILED' };
      this.#options.hooks.onAnswered(name, undefined, error);
    } else {
      const value = result.value === true && !durable ? false : result.value;
      this.#options.hooks.onAnswered(name, value, undefined);
    }
  }
}
