import type { ExitPlan } from '../../src/model/exit-plan.js';
import type { OrderKind, OrderRole, OrderStatus } from '../../src/model/order.js';
import type { PriceSource } from '../../src/model/price.js';
import type { PositionSide } from '../../src/model/side.js';
import type { Coverage, TrancheState } from '../../src/model/tranche.js';
import type { SimOrder } from '../../src/testing/sim/sim-order.js';
import type { SimCall, SimCallAct } from './plan.js';

/** An order as the monitor believes it to be. Quantities in steps. */
export interface BelievedOrder {
  readonly clientOrderId: string;
  readonly role: OrderRole;
  readonly slot: number;
  readonly kind: OrderKind;
  readonly status: OrderStatus;
  readonly quantity: number;
  readonly executed: number;
}

/** A tranche as the monitor believes it to be. Quantities in steps, levels in ticks. */
export interface BelievedTranche {
  readonly id: string;
  readonly side: PositionSide;
  readonly state: TrancheState;
  readonly opened: number;
  readonly held: number;
  /** Where our own guard acts, and where the stop rests: behind it where hits are confirmed first. */
  readonly stop: number | null;
  readonly restingStop: number | null;
  readonly plan: ExitPlan;
  /** Entry price, in ticks and parts of them. */
  readonly entry: number;
  /** Levels of the take-profits, and what each of them has taken; parts of a step after a split. */
  readonly profits: readonly { readonly ticks: number; readonly portion: number }[];
  readonly taken: readonly number[];
  readonly wantsRestingStop: boolean;
  readonly wantsRestingProfit: boolean;
  readonly coverage: Coverage;
  readonly orders: readonly BelievedOrder[];
}

/** Something the monitor said. */
export interface Told {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface SubjectHooks {
  onTold(told: Told): void;
  /** A promise or request of a caller was answered. */
  onAnswered(call: string, value: unknown, error: unknown): void;
  /** An error that nobody caught. */
  onFault(what: string): void;
}

/**
 * What is under test: a monitor that lives, dies and lives again. S1 drives the bare core, S2 the shipped monitor; the
 * world and the oracles see no difference.
 */
export interface Subject {
  readonly isAlive: boolean;
  /** `starting` until the first complete comparison; nothing is promised before. */
  readonly phase: 'dead' | 'starting' | 'running' | 'halted';
  start(): void;
  /** The process dies. */
  crash(): void;
  /** An orderly stop; the process is dead afterwards. */
  stop(): void;
  /** Hands a fill of the bot over. Answers go to `onAnswered` under this name. */
  handOver(name: string, order: Readonly<SimOrder>): void;
  register(name: string, order: Pick<SimOrder, 'clientOrderId' | 'side' | 'positionSide'>): void;
  /** Whether there is something to call it on. */
  canCall(call: SimCall): boolean;
  call(name: string, act: SimCallAct): void;
  tick(source: PriceSource, price: number): void;
  feed(state: 'connected' | 'disconnected' | 'reconnected'): void;
  /** Live tranches; empty while dead or starting. */
  tranches(): readonly BelievedTranche[];
  /** Whether what a level has taken is told also after tranches were merged or split. */
  readonly knowsTaken: boolean;
  /** Ids of tranches that nothing covers. */
  naked(): readonly string[];
  readonly unresolved: number;
}
