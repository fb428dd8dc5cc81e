import { ConfigError } from '../errors/config-error.js';
import { describe } from '../errors/describe.js';
import { EVENT_NAMES } from '../model/event-names.js';
import { nearestKey } from './config/nearest-key.js';

/**
 * A listener of a mistyped event would wait for ever.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the event that was most likely meant
 */
export function checkEventName(name: unknown): void {
  if ((EVENT_NAMES as readonly unknown[]).includes(name)) return;
  const near = typeof name === 'string' ? nearestKey(name, EVENT_NAMES) : undefined;
  throw new ConfigError('CONFIG_INVALID', `There is no event ${describe(name)}`, {
    remedy:
      near === undefined ? `Known events: ${EVENT_NAMES.join(', ')}` : `Did you mean ${near}?`,
  });
}
