import type { ErrorCode } from './codes.js';

/** What is known about the effect of the failed call at the exchange or store. */
export type ErrorOutcome = 'not-sent' | 'rejected' | 'unknown';

export interface ErrorDetails {
  /** What the code expected to get. */
  readonly expected?: string;
  /** What it got instead; never a secret. */
  readonly received?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
  readonly retryable?: boolean;
  readonly outcome?: ErrorOutcome;
}

/** Registered symbol, so that `instanceof` works across two copies of the package. */
const BRAND: unique symbol = Symbol.for('position-monitor.error') as never;

/**
 * Base of every error this package throws: a stable `code`, the `cause`, and what is known of the outcome.
 *
 * @example
 * try { await monitor.start(); } catch (error) {
 *   if (isMonitorError(error) && error.code === 'STORE_LOCKED') { … }
 * }
 */
export class PositionMonitorError extends Error {
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  readonly outcome: ErrorOutcome;
  declare readonly [BRAND]: readonly string[];

  constructor(family: string, code: ErrorCode, summary: string, details: ErrorDetails = {}) {
    super(
      compose(summary, details),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = family;
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome ?? 'not-sent';
    Object.defineProperty(this, BRAND, { value: ['PositionMonitorError', family] });
  }

  toJSON(): { name: string; code: ErrorCode; message: string; outcome: ErrorOutcome } {
    return { name: this.name, code: this.code, message: this.message, outcome: this.outcome };
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const brand = (value as Partial<PositionMonitorError> | null | undefined)?.[BRAND];
    return Array.isArray(brand) && brand.includes(familyOf(this));
  }
}

/** Whether `value` is an error of this package, from whichever copy of it. */
export function isMonitorError(value: unknown): value is PositionMonitorError {
  return value instanceof PositionMonitorError;
}

/** Minifiers may rename classes, so each family states its name as data. */
function familyOf(errorClass: unknown): string {
  return (errorClass as { family?: string }).family ?? 'PositionMonitorError';
}

function compose(summary: string, { expected, received, remedy }: ErrorDetails): string {
  let message = summary;
  if (expected !== undefined) message += `: expected ${expected}`;
  if (received !== undefined)
    message += `${expected === undefined ? ':' : ','} received ${received}`;
  if (remedy !== undefined) message += `. ${remedy}`;
  return message;
}
