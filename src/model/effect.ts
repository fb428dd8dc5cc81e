import type { PositionMonitorError } from '../errors/position-monitor-error.js';
import type { Command } from './command.js';
import type { ExecutionLedger, Registration } from './ledger.js';
import type { MonitorEvent } from './monitor-event.js';
import type { WorkingOrder } from './order.js';
import type { Tranche } from './tranche.js';

/**
 * What the core wants done after an input, in this order: record, then act, then tell.
 *
 * `persist` comes first and at most once; `send` leaves when it is recorded; `emit` and `settle` wait until it is durable.
 */
export type Effect =
  | { readonly kind: 'persist'; readonly changes: Changes }
  | { readonly kind: 'send'; readonly command: Command }
  /** `null` clears the timer. Monotonic ms. */
  | { readonly kind: 'timer'; readonly key: string; readonly at: number | null }
  | { readonly kind: 'emit'; readonly event: MonitorEvent }
  | { readonly kind: 'settle'; readonly requestId: number; readonly result: SettleResult };

export type SettleResult =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Done only if the store holds it: otherwise the caller gets a store error. */
  | { readonly kind: 'recorded' }
  | { readonly kind: 'error'; readonly error: PositionMonitorError };

/** Live objects that changed; encode them before the next input. */
export interface Changes {
  readonly tranches: readonly Tranche[];
  readonly orders: readonly WorkingOrder[];
  readonly ledgers: readonly ExecutionLedger[];
  readonly registrations: readonly Registration[];
  readonly deletedRegistrations: readonly string[];
  readonly marks: ReadonlyMap<string, string>;
  readonly events: readonly MonitorEvent[];
}
