import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** Input of a call is wrong; nothing was changed by it. */
export class ValidationError extends PositionMonitorError {
  static readonly family = 'ValidationError';

  constructor(code: CodeOf<'ValidationError'>, summary: string, details?: ErrorDetails) {
    super('ValidationError', code, summary, details);
  }
}
