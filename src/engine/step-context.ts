import { invariant } from '../errors/invariant.js';
import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import { UNRECORDED_EVENTS_KEPT } from '../limits.js';
import type { Command } from '../model/command.js';
import type { Effect } from '../model/effect.js';
import type { TrancheId } from '../model/ids.js';
import type { Instant } from '../model/instant.js';
import type { Instrument } from '../model/instrument.js';
import type { ExecutionLedger, Registration } from '../model/ledger.js';
import type { MonitorEvent, MonitorEventMap, MonitorEventName } from '../model/monitor-event.js';
import type { WorkingOrder } from '../model/order.js';
import type { Tranche } from '../model/tranche.js';
import { symbolState } from './create-state.js';
import type { EngineState, Misread, SymbolState, TrancheNode } from './state.js';
import type { StopPlan, SymbolDemand } from './stop-plan.js';

/**
 * One step under way: the state, the moment, and what has been decided so far.
 *
 * Rules change the state and note here what follows from it; nothing leaves before the step is over.
 */
export class Step {
  readonly state: EngineState;
  readonly now: number;
  readonly mono: number;
  readonly venue: number;
  /** Nodes to be looked at before the step ends. */
  readonly agenda = new Set<TrancheNode>();
  /** Reductions that took more than was known to be held. */
  readonly misread: Misread[] = [];
  /** What was planned for the exchange's limit in this step; forgotten when a tranche changes. */
  readonly stopDemands = new Map<string, SymbolDemand>();
  readonly stopPlans = new Map<string, StopPlan>();
  /** How many tranches had been opened when the step began. */
  readonly openedBefore: number;
  readonly #tranches = new Set<Tranche>();
  readonly #orders = new Set<WorkingOrder>();
  readonly #ledgers = new Set<ExecutionLedger>();
  readonly #registrations = new Map<string, Registration>();
  readonly #deletedRegistrations = new Set<string>();
  readonly #marks = new Map<string, string>();
  readonly #events: MonitorEvent[] = [];
  /** Events that no write of their own is made for. */
  readonly #asides: MonitorEvent[] = [];
  readonly #commands: Command[] = [];
  readonly #settled: Effect[] = [];
  readonly #timers = new Map<string, number | null>();

  constructor(state: EngineState, at: Instant) {
    this.state = state;
    this.now = at.now;
    this.mono = at.mono;
    this.venue = at.venue;
    this.openedBefore = state.openedSeq;
  }

  symbol(symbol: string): SymbolState {
    return symbolState(this.state, symbol);
  }

  instrument(symbol: string): Instrument {
    const { instrument } = this.symbol(symbol);
    invariant(
      instrument !== null,
      `the instrument of ${symbol} is known before anything is planned for it`,
    );
    return instrument;
  }

  node(id: TrancheId): TrancheNode | undefined {
    return this.state.nodes.get(id);
  }

  /** The node, or the one it was merged into. */
  survivor(id: TrancheId): TrancheNode | undefined {
    let node = this.node(id);
    while (node?.tranche.mergedInto) node = this.node(node.tranche.mergedInto);
    return node;
  }

  /** Something about the tranche changed: store it, and look at it before the step ends. */
  touch(node: TrancheNode): void {
    this.#tranches.add(node.tranche);
    this.agenda.add(node);
    this.stopDemands.delete(node.tranche.symbol);
    this.stopPlans.clear();
  }

  /** Look at the tranche before the step ends, although nothing of it changed. */
  revisit(node: TrancheNode): void {
    this.agenda.add(node);
  }

  /** Look at every live tranche of a symbol: whether its prices are fresh changed. */
  revisitAll({ live }: SymbolState): void {
    for (const node of [...live.LONG, ...live.SHORT]) this.agenda.add(node);
  }

  saveOrder(order: WorkingOrder): void {
    order.touchedAt = this.state.inputs;
    this.#orders.add(order);
  }

  saveLedger(ledger: ExecutionLedger): void {
    this.#ledgers.add(ledger);
  }

  saveRegistration(registration: Registration): void {
    this.state.registrations.set(registration.key, registration);
    this.#deletedRegistrations.delete(registration.key);
    this.#registrations.set(registration.key, registration);
  }

  deleteRegistration(key: string): void {
    if (!this.state.registrations.delete(key)) return;
    this.#registrations.delete(key);
    this.#deletedRegistrations.add(key);
  }

  saveMark(name: string, value: string): void {
    if (this.state.marks.get(name) === value) return;
    this.state.marks.set(name, value);
    this.#marks.set(name, value);
  }

  send(command: Command): void {
    this.#commands.push(command);
  }

  setTimer(key: string, at: number | null): void {
    this.#timers.set(key, at);
  }

  emit<Name extends MonitorEventName>(
    name: Name,
    fields: Omit<MonitorEventMap[Name], 'seq' | 'time'>,
  ): void {
    this.#events.push(this.#event(name, fields));
  }

  #event<Name extends MonitorEventName>(
    name: Name,
    fields: Omit<MonitorEventMap[Name], 'seq' | 'time'>,
  ): MonitorEvent {
    this.state.eventSeq += 1;
    const payload = {
      seq: this.state.eventSeq,
      time: this.now,
      ...fields,
    } as unknown as MonitorEventMap[Name];
    return { name, payload: Object.freeze(payload) };
  }

  /**
   * Emits an event that is recorded with the next thing that is: a listener that fails all the time must not fill the
   * store's queue, where intents of orders wait.
   */
  emitAside<Name extends MonitorEventName>(
    name: Name,
    fields: Omit<MonitorEventMap[Name], 'seq' | 'time'>,
  ): void {
    this.#asides.push(this.#event(name, fields));
  }

  settle(requestId: number, value: unknown): void {
    this.#settled.push({ kind: 'settle', requestId, result: { kind: 'value', value } });
  }

  /** Answers a caller who relies on the record: with an error when it could not be made. */
  settleRecorded(requestId: number): void {
    this.#settled.push({ kind: 'settle', requestId, result: { kind: 'recorded' } });
  }

  refuse(requestId: number, error: PositionMonitorError): void {
    this.#settled.push({ kind: 'settle', requestId, result: { kind: 'error', error } });
  }

  /** Looks at a tranche again at a moment; the earliest of several wins. */
  wake(node: TrancheNode, at: number): void {
    if (node.wakeAt === null || at < node.wakeAt) node.wakeAt = at;
  }

  hasTranche(id: TrancheId): boolean {
    return this.state.nodes.has(id);
  }

  /** Record, then act, then tell. */
  effects(): Effect[] {
    const effects: Effect[] = [];
    const changes = {
      tranches: [...this.#tranches],
      orders: [...this.#orders],
      ledgers: [...this.#ledgers],
      registrations: [...this.#registrations.values()],
      deletedRegistrations: [...this.#deletedRegistrations],
      marks: this.#marks,
      events: [...this.state.unrecordedEvents, ...this.#asides, ...this.#events],
    };
    const changed =
      changes.tranches.length > 0 ||
      changes.orders.length > 0 ||
      changes.ledgers.length > 0 ||
      changes.registrations.length > 0 ||
      changes.deletedRegistrations.length > 0 ||
      changes.marks.size > 0 ||
      this.#events.length > 0;
    if (changed) {
      effects.push({ kind: 'persist', changes });
      this.state.unrecordedEvents = [];
    } else if (this.#asides.length > 0) {
      this.state.unrecordedEvents = changes.events.slice(-UNRECORDED_EVENTS_KEPT);
    }
    for (const command of this.#commands) effects.push({ kind: 'send', command });
    for (const [key, at] of this.#timers) effects.push({ kind: 'timer', key, at });
    for (const event of [...this.#asides, ...this.#events]) effects.push({ kind: 'emit', event });
    effects.push(...this.#settled);
    return effects;
  }
}
