import { ConfigError } from '../../errors/config-error.js';
import { PAGE_TOKEN_CHARS_MIN } from '../../limits.js';
import type { Environment } from '../live-config/credentials.js';
import { readPrivateFile } from '../live-config/private-file.js';
import type { ListenAddress } from './listen-address.js';

const TOKEN = 'POSITION_MONITOR_TOKEN';
const TOKEN_FILE = 'POSITION_MONITOR_TOKEN_FILE';

/**
 * The token that opens the pages: from the environment, or from a file of mode 0600. `null` = none, on loopback alone.
 *
 * @throws ConfigError `CONFIG_INVALID` when it is missing, too short or given twice · ValidationError
 *   `INPUT_FILE_INVALID` for a file that others may read
 */
export async function readPageToken(
  environment: Environment,
  { host, isLoopback }: ListenAddress,
): Promise<string | null> {
  const given = environment[TOKEN]?.trim() ?? '';
  const file = environment[TOKEN_FILE] ?? '';
  if (given !== '' && file !== '') {
    throw new ConfigError('CONFIG_INVALID', 'The token of the pages is given twice', {
      expected: `either ${TOKEN} or ${TOKEN_FILE}`,
      received: 'both',
      remedy: 'Unset one of them',
    });
  }
  const token = file === '' ? given : (await readPrivateFile(file)).trim();
  if (token === '') {
    if (isLoopback && file === '') return null;
    throw new ConfigError('CONFIG_INVALID', `Option --listen with the address ${host}`, {
      expected: `a token in ${TOKEN}, or in a file of mode 0600 that ${TOKEN_FILE} names`,
      received: 'nothing',
      remedy:
        'Other machines can reach this address; listen on 127.0.0.1, or make a token: openssl rand -hex 32',
    });
  }
  if (token.length < PAGE_TOKEN_CHARS_MIN || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ConfigError('CONFIG_INVALID', 'The token of the pages', {
      expected: `at least ${PAGE_TOKEN_CHARS_MIN} printable characters without spaces`,
      received: token.length < PAGE_TOKEN_CHARS_MIN ? 'fewer' : 'others',
      remedy: 'Make one: openssl rand -hex 32',
    });
  }
  return token;
}
