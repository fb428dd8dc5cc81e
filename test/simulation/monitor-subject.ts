import { EVENT_NAMES } from '../../src/model/event-names.js';
import type { MonitorEventName } from '../../src/model/monitor-event.js';
import type { OrderKind } from '../../src/model/order.js';
import type { PriceSource } from '../../src/model/price.js';
import type { TrancheView } from '../../src/model/views.js';
import type { MonitorConfig } from '../../src/monitor/config/monitor-config.js';
import { PositionMonitor } from '../../src/monitor/position-monitor.js';
import type { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { SimInstrument } from '../../src/testing/sim/sim-instrument.js';
import type { SimLine } from '../../src/testing/sim/sim-line.js';
import type { SimOrder } from '../../src/testing/sim/sim-order.js';
import { NEEDS_NOTHING } from './core-subject.js';
import type { SimDisk } from './disk.js';
import { LifeClock } from './life-clock.js';
import { lineAdapter } from './line-adapter.js';
import { INSTRUMENT, OTHER_PLAN, type SimCall, type SimCallAct, SYMBOL } from './plan.js';
import { SimFeed } from './sim-feed.js';
import { SimStore } from './sim-store.js';
import type { BelievedTranche, Subject, SubjectHooks } from './subject.js';

export interface MonitorSubjectOptions {
  readonly clock: VirtualClock;
  readonly line: SimLine;
  readonly disk: SimDisk;
  readonly config: MonitorConfig;
  readonly sources: readonly PriceSource[];
  readonly orderKinds: readonly OrderKind[];
  readonly hooks: SubjectHooks;
  readonly badListeners: boolean;
}

const TICK = Number(INSTRUMENT.tickSize);

/** The shipped monitor under test (S2): its public methods, its shell, its lanes, on virtual time. */
export class MonitorSubject implements Subject {
  readonly knowsTaken = false;
  readonly #options: MonitorSubjectOptions;
  readonly #instrument: SimInstrument;
  #monitor: PositionMonitor | null = null;
  #feed: SimFeed | null = null;
  #clock: LifeClock | null = null;
  /** Counts lives: what a dead one says is not heard. */
  #life = 0;
  #paused = false;
  #isStopping = false;

  constructor(options: MonitorSubjectOptions) {
    this.#options = options;
    this.#instrument = options.line.venue.instrument(SYMBOL) as SimInstrument;
  }

  get isAlive(): boolean {
    return this.#monitor !== null;
  }

  get phase(): Subject['phase'] {
    const state = this.#monitor?.getHealth().state;
    if (state === undefined) return 'dead';
    if (state === 'halted') return 'halted';
    return state === 'running' || state === 'paused' ? 'running' : 'starting';
  }

  get unresolved(): number {
    return this.#monitor?.getHealth().unresolvedOrders ?? 0;
  }

  /** Whether something waits for its turn, and not for time. */
  get isBusy(): boolean {
    return this.#monitor?.busy ?? false;
  }

  start(): void {
    const { line, disk, config, sources, orderKinds, hooks } = this.#options;
    const clock = new LifeClock(this.#options.clock);
    this.#clock = clock;
    this.#life += 1;
    const life = this.#life;
    const feed = new SimFeed(clock, sources);
    const monitor = new PositionMonitor({
      config,
      clock,
      feed,
      exchange: lineAdapter(line, orderKinds),
      store: new SimStore(disk),
    });
    for (const name of EVENT_NAMES) {
      monitor.on(name as MonitorEventName, (payload) => {
        if (life !== this.#life) return;
        hooks.onTold({ name, payload: payload as unknown as Readonly<Record<string, unknown>> });
      });
    }
    if (this.#options.badListeners) misbehave(monitor);
    this.#monitor = monitor;
    this.#feed = feed;
    this.#paused = false;
    this.#isStopping = false;
    monitor.start().catch((error: unknown) => {
      if (life !== this.#life || this.#isStopping) return;
      hooks.onFault(`start() rejected: ${String(error)}`);
    });
  }

  crash(): void {
    this.#life += 1;
    this.#monitor = null;
    this.#feed = null;
    this.#clock?.die();
    this.#clock = null;
    this.#options.disk.nextLife();
    this.#options.line.cut();
  }

  /** Ends orderly; what it still wants to do it does while time goes on. */
  stop(): void {
    const life = this.#life;
    this.#isStopping = true;
    this.#monitor?.stop().then(
      () => {
        if (life === this.#life) this.crash();
      },
      (error: unknown) => this.#options.hooks.onFault(`stop() rejected: ${String(error)}`),
    );
  }

  /** A process that stands still cannot be played inside of one: here the lines are silent instead. */
  pause(ms: number): void {
    this.#options.line.interruptStream(true);
    this.#options.clock.setTimer(() => this.#options.line.resumeStream(), ms);
  }

  handOver(name: string, order: Readonly<SimOrder>): void {
    this.#call(name, (monitor) =>
      monitor.handleOrderFill({
        orderId: order.orderId,
        clientOrderId: order.clientOrderId,
        symbol: order.symbol,
        side: order.side,
        positionSide: order.positionSide,
        executedQty: this.#instrument.quantity(order.executed).toFixed(),
        avgPrice: this.#instrument.average(order.cost, order.executed).toFixed(),
        status: order.status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED',
        time: order.updatedAt,
        ...(order.reduceOnly && { reduceOnly: true }),
      }),
    );
  }

  register(name: string, order: Pick<SimOrder, 'clientOrderId' | 'side' | 'positionSide'>): void {
    const { clientOrderId, side, positionSide } = order;
    this.#call(name, (monitor) =>
      monitor.registerOrder({ clientOrderId, symbol: SYMBOL, side, positionSide, tranche: 'new' }),
    );
  }

  canCall(call: SimCall): boolean {
    if (this.phase !== 'running') return false;
    return NEEDS_NOTHING.has(call) || this.#views().length > 0;
  }

  call(name: string, act: SimCallAct): void {
    const view = this.#views()[0];
    this.#call(name, (monitor) => this.#make(monitor, act, view));
  }

  async #make(
    monitor: PositionMonitor,
    act: SimCallAct,
    view: TrancheView | undefined,
  ): Promise<unknown> {
    const { call, bps } = act;
    if (call === 'reconcile') return monitor.reconcile();
    if (call === 'pause-resume') {
      if (this.#paused) monitor.resume();
      else monitor.pause();
      this.#paused = !this.#paused;
      return undefined;
    }
    if (call === 'close-all') return monitor.closeAll({ confirm: true });
    if (view === undefined) return undefined;
    const allowImmediate = bps < 0;
    switch (call) {
      case 'move-profit':
        return monitor.updateTpSl(view.id, { tpPrice: this.#level(view, bps) }, { allowImmediate });
      case 'remove-profit':
        return monitor.updateTpSl(view.id, { tpPrice: null }, { allowImmediate });
      case 'new-plan':
        return monitor.updatePlan(view.positionId, act.plan ?? OTHER_PLAN, {
          allowImmediate: true,
        });
      case 'close-tranche':
        return monitor.closeTranche(view.id);
      case 'close-position':
        return monitor.closePosition(SYMBOL);
      case 'panic-side':
        return monitor.closeAll({ confirm: true, symbol: SYMBOL, side: act.side ?? 'LONG' });
      case 'split': {
        const held = this.#instrument.steps(Number(view.quantity)) ?? 0;
        const quantity = this.#instrument.quantity(Math.max(1, Math.floor((held * bps) / 100)));
        return monitor.splitTranche(view.id, quantity.toFixed());
      }
      case 'merge':
        return monitor.mergeTranches(view.positionId);
      case 'cancel-related':
        return monitor.cancelRelatedOrders(view.sources[0]?.orderId ?? '');
      default:
        return monitor.updateTpSl(
          view.id,
          { slPrice: this.#level(view, -bps) },
          { allowImmediate },
        );
    }
  }

  #level(view: TrancheView, away: number): string {
    const last = this.#options.line.venue.price(SYMBOL, 'LAST') ?? 0;
    const direction = view.side === 'LONG' ? 1 : -1;
    const ticks = Math.round(last * (1 + (direction * away) / 10_000));
    return this.#instrument.price(ticks).toFixed();
  }

  tick(source: PriceSource, price: number): void {
    const time = this.#options.line.venue.now();
    this.#feed?.tick(SYMBOL, source, price, time);
  }

  feed(state: 'connected' | 'disconnected' | 'reconnected'): void {
    this.#feed?.connection(state);
  }

  tranches(): readonly BelievedTranche[] {
    return this.#views().map((view) => this.#believed(view));
  }

  naked(): readonly string[] {
    return this.#views()
      .filter((view) => view.levels.stopLoss !== null && view.coverage === 'none')
      .filter((view) => Number(view.quantity) > 0)
      .map((view) => view.id);
  }

  #views(): readonly TrancheView[] {
    const monitor = this.#monitor;
    if (monitor === null || this.phase !== 'running') return [];
    return monitor.getPositionStatus(SYMBOL).tranches;
  }

  #believed(view: TrancheView): BelievedTranche {
    const steps = (text: string): number => this.#instrument.steps(Number(text)) ?? Number.NaN;
    const ticks = (text: string): number => this.#instrument.nearestTicks(Number(text));
    const { stopLoss, restingStop, takeProfits } = view.levels;
    const taken = takeProfits.map(() => 0);
    for (const { role, slot, quantity } of view.exits) {
      if (role === 'take-profit' && slot in taken)
        taken[slot] = (taken[slot] ?? 0) + steps(quantity);
    }
    return {
      id: view.id,
      side: view.side,
      state: view.state,
      opened: steps(view.openedQty),
      held: steps(view.quantity),
      stop: stopLoss === null ? null : ticks(stopLoss),
      restingStop: restingStop === null ? null : ticks(restingStop),
      plan: view.plan,
      entry: Number(view.entryPrice) / TICK,
      profits: takeProfits.map(({ price, portion }) => ({
        ticks: ticks(price),
        portion: Number(portion),
      })),
      taken,
      wantsRestingStop: stopLoss !== null && view.plan.stopLossOrder !== 'local',
      wantsRestingProfit: takeProfits.length > 0 && view.plan.takeProfitOrder !== 'local',
      coverage: view.coverage,
      orders: view.orders.map((order) => ({
        clientOrderId: order.clientOrderId,
        role: order.role,
        slot: order.slot,
        kind: order.kind,
        status: order.status,
        quantity: steps(order.quantity),
        executed: steps(order.executedQty),
      })),
    };
  }

  #call(name: string, make: (monitor: PositionMonitor) => Promise<unknown>): void {
    const monitor = this.#monitor;
    if (monitor === null) return;
    const life = this.#life;
    const { hooks } = this.#options;
    make(monitor).then(
      (value) => {
        if (life === this.#life) hooks.onAnswered(name, value, undefined);
      },
      (error: unknown) => {
        if (life === this.#life) hooks.onAnswered(name, undefined, error);
      },
    );
  }
}

/** Listeners as bots have them on a bad day. */
function misbehave(monitor: PositionMonitor): void {
  for (const name of EVENT_NAMES) {
    /** What is told of a failing listener is told to listeners as well. */
    if (name === 'listener:error') continue;
    monitor.on(name, () => {
      throw new Error('a listener throws');
    });
    monitor.on(name, async () => {
      throw new Error('a listener rejects');
    });
    monitor.on(name, () => new Promise(() => {}));
  }
}
