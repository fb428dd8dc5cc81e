import { BAN_MAX_MS, BUDGET_SHARES } from '../../../../limits.js';
import type { Clock } from '../../../../ports/clock.js';
import type { RequestUsage } from '../../../../ports/exchange-adapter.js';
import type { BudgetClass } from '../rest-call.js';
import { DEFAULT_RATE_LIMITS, type RateLimit, windowsOf } from './rate-limits.js';
import type { UsageWindow } from './usage-window.js';

/** What a request costs, and who asks. */
export interface RequestCost {
  readonly weight: number;
  readonly orders: number;
  readonly class: BudgetClass;
}

export type Admission =
  /** It counts. `settle` is called once, when it is answered or no answer will come. */
  | { readonly kind: 'admitted'; readonly settle: () => void }
  /** It must not leave now. */
  | { readonly kind: 'refused'; readonly detail: string; readonly retryAfterMs: number };

/**
 * What may be asked of one exchange, shared by all who use the same address and account. Nothing waits in here: who is
 * refused hears at once, and when to come back.
 */
export interface RequestBudget {
  admit(cost: RequestCost): Admission;
  /** Why a request would be refused now, without counting it; `null` = it would be admitted. */
  refusal(cost: RequestCost): Extract<Admission, { kind: 'refused' }> | null;
  /** Takes the exchange's own counts from the headers of an answer. Called after `settle` of that answer. */
  observe(headers: ReadonlyMap<string, string>): void;
  /** No request leaves for so long, ms: a ban. A shorter one never shortens it. */
  ban(durationMs: number): void;
  /** No order leaves for so long, ms; other requests do. */
  holdOrders(durationMs: number): void;
  /** What is used of each limit now. */
  usage(): readonly RequestUsage[];
  /** Takes the limits of the exchange. What was used so far stays counted. */
  setLimits(limits: readonly RateLimit[]): void;
}

export interface RequestBudgetOptions {
  readonly clock: Clock;
  /** Until `setLimits`. Default: what the exchange published last. */
  readonly limits?: readonly RateLimit[];
}

export function createRequestBudget(options: RequestBudgetOptions): RequestBudget {
  const { clock } = options;
  let windows: readonly UsageWindow[] = windowsOf(options.limits ?? DEFAULT_RATE_LIMITS, []);
  let bannedUntil = Number.NEGATIVE_INFINITY;
  let ordersHeldUntil = Number.NEGATIVE_INFINITY;

  function refusal(cost: RequestCost): Extract<Admission, { kind: 'refused' }> | null {
    const at = clock.monotonic();
    if (at < bannedUntil) return refused('the exchange asked for silence', bannedUntil - at);
    if (cost.orders > 0 && at < ordersHeldUntil)
      return refused('the exchange takes no orders for a while', ordersHeldUntil - at);
    let waitMs = 0;
    for (const window of windows) {
      const ceiling = Math.floor(window.limit * BUDGET_SHARES[cost.class]);
      waitMs = Math.max(waitMs, window.waitFor(amountOf(cost, window), ceiling, at));
    }
    return waitMs > 0 ? refused(`the request budget of class ${cost.class} is used`, waitMs) : null;
  }

  return {
    refusal,
    admit(cost) {
      const no = refusal(cost);
      if (no) return no;
      const at = clock.monotonic();
      const taken = windows;
      for (const window of taken) window.take(amountOf(cost, window), at);
      let settled = false;
      return {
        kind: 'admitted',
        settle() {
          if (settled) return;
          settled = true;
          for (const window of taken) window.settle(amountOf(cost, window));
        },
      };
    },
    observe(headers) {
      const at = clock.monotonic();
      for (const window of windows) {
        const text = headers.get(window.header);
        if (text !== undefined && /^\d{1,15}$/.test(text)) window.tell(Number(text), at);
      }
    },
    ban(durationMs) {
      bannedUntil = Math.max(bannedUntil, clock.monotonic() + bounded(durationMs));
    },
    holdOrders(durationMs) {
      ordersHeldUntil = Math.max(ordersHeldUntil, clock.monotonic() + bounded(durationMs));
    },
    usage() {
      const at = clock.monotonic();
      return windows.map((window) => ({
        kind: window.kind,
        windowMs: window.windowMs,
        limit: window.limit,
        used: window.used(at),
      }));
    },
    setLimits(limits) {
      windows = windowsOf(limits, windows);
    },
  };
}

function amountOf(cost: RequestCost, window: UsageWindow): number {
  return window.kind === 'weight' ? cost.weight : cost.orders;
}

function refused(detail: string, waitMs: number): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', detail, retryAfterMs: Math.max(1, Math.ceil(waitMs)) };
}

function bounded(durationMs: number): number {
  return Math.min(Math.max(durationMs || 0, 0), BAN_MAX_MS);
}
