import type { DecimalString } from './decimal.js';
import type { TrancheView } from './views.js';

/** How a close by a caller ended. */
export interface CloseResult {
  /** Everything that was asked for is closed. */
  readonly closed: boolean;
  readonly tranches: readonly TrancheView[];
  /** What is still held of it. */
  readonly remaining: DecimalString;
}
