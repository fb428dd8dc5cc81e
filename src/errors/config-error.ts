import type { CodeOf } from './codes.js';
import { type ErrorDetails, PositionMonitorError } from './position-monitor-error.js';

/** Configuration, account or instrument does not fit; the monitor does not start or does not plan. */
export class ConfigError extends PositionMonitorError {
  static readonly family = 'ConfigError';

  constructor(code: CodeOf<'ConfigError'>, summary: string, details?: ErrorDetails) {
    super('ConfigError', code, summary, details);
  }
}
