import { ConfigError } from '../../errors/config-error.js';
import { check } from './fields.js';
import { Problems } from './problems.js';
import { INSTANCE_ID_SCHEMA } from './schemas.js';

/**
 * Checks the name of a monitor at its account, as given outside of the configuration.
 *
 * @throws ConfigError `CONFIG_INVALID`
 * @example instanceIdFrom('desk-1') // 'desk-1'
 */
export function instanceIdFrom(value: unknown): string {
  const problems = new Problems();
  const id = check(INSTANCE_ID_SCHEMA, value, ['instanceId'], problems);
  if (id === null) throw new ConfigError('CONFIG_INVALID', problems.summary('The option'));
  return id;
}
