import type { MarketEvent } from '../decode-frame.js';
import type { EventKind } from '../stream-names.js';

/**
 * An event that is written over by the next one: whoever keeps it makes a copy. So nothing is allocated for a price.
 */
export class ScannedEvent implements MarketEvent {
  kind: EventKind = 'mark';
  symbol = '';
  id = Number.NaN;
  price = Number.NaN;
  ask = Number.NaN;
  time = Number.NaN;
  sentAt = Number.NaN;
}
