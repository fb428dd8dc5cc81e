import { BUDGET_LIMITS_MAX } from '../../../../limits.js';
import { type UsageKind, UsageWindow } from './usage-window.js';

/** One row of `exchangeInfo.rateLimits`, as the exchange writes it. */
export interface RateLimit {
  readonly rateLimitType: string;
  readonly interval: string;
  readonly intervalNum: number;
  readonly limit: number;
}

/** What holds until the exchange's own list was read. */
export const DEFAULT_RATE_LIMITS: readonly RateLimit[] = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
];

const KINDS: Readonly<Record<string, { kind: UsageKind; header: string }>> = {
  REQUEST_WEIGHT: { kind: 'weight', header: 'x-mbx-used-weight-' },
  ORDERS: { kind: 'orders', header: 'x-mbx-order-count-' },
};
const INTERVALS: Readonly<Record<string, { ms: number; letter: string }>> = {
  SECOND: { ms: 1_000, letter: 's' },
  MINUTE: { ms: 60_000, letter: 'm' },
  HOUR: { ms: 3_600_000, letter: 'h' },
  DAY: { ms: 86_400_000, letter: 'd' },
};

/**
 * Windows for the limits. A window that existed goes on counting; a kind that the list leaves out keeps its windows, so
 * that an empty or unreadable list never lifts a limit.
 */
export function windowsOf(
  limits: readonly RateLimit[],
  before: readonly UsageWindow[],
): readonly UsageWindow[] {
  const windows = new Map<string, UsageWindow>();
  for (const limit of limits.slice(0, BUDGET_LIMITS_MAX)) {
    const known = KINDS[limit.rateLimitType];
    const interval = INTERVALS[limit.interval];
    const usable = isWhole(limit.intervalNum) && isWhole(limit.limit);
    if (!known || !interval || !usable) continue;
    const header = `${known.header}${limit.intervalNum}${interval.letter}`;
    const window =
      before.find((one) => one.header === header) ??
      new UsageWindow(known.kind, interval.ms * limit.intervalNum, header, limit.limit);
    window.limit = limit.limit;
    windows.set(header, window);
  }
  const kinds = new Set([...windows.values()].map((window) => window.kind));
  return [...windows.values(), ...before.filter((window) => !kinds.has(window.kind))];
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
