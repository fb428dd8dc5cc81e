import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** A request to the exchange failed; `outcome` says whether it may have been executed. */
export class ExchangeError extends PositionMonitorError {
  static readonly family = 'ExchangeError';

  constructor(code: CodeOf<'ExchangeError'>, summary: string, details?: ErrorDetails) {
    super('ExchangeError', code, summary, details);
  }
}
