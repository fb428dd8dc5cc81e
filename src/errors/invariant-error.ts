import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** Something that must always hold does not hold: a bug, after which the monitor only protects. */
export class InvariantError extends PositionMonitorError {
  static readonly family = 'InvariantError';

  constructor(code: CodeOf<'InvariantError'>, summary: string, details?: ErrorDetails) {
    super('InvariantError', code, summary, details);
  }
}
