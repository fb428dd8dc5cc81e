import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** The price feed failed or cannot give what the plan needs. */
export class FeedError extends PositionMonitorError {
  static readonly family = 'FeedError';

  constructor(code: CodeOf<'FeedError'>, summary: string, details?: ErrorDetails) {
    super('FeedError', code, summary, details);
  }
}
