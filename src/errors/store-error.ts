import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** The store refused or failed; nothing is ever read as empty because of it. */
export class StoreError extends PositionMonitorError {
  static readonly family = 'StoreError';

  constructor(code: CodeOf<'StoreError'>, summary: string, details?: ErrorDetails) {
    super('StoreError', code, summary, details);
  }
}
