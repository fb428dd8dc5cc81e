import { inspect } from 'node:util';
import { ConfigError } from '../../errors/config-error.js';
import { readKeyFile } from './key-file.js';
import { KEY_NAMES, type KeyName } from './key-names.js';

const PREFIX = 'POSITION_MONITOR_';
const KEY_FILE = 'POSITION_MONITOR_KEY_FILE';

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Keys of an account. Nothing of them is enumerable, and printing them shows nothing. */
export class Credentials {
  readonly #keys: ReadonlyMap<KeyName, string>;

  constructor(keys: ReadonlyMap<KeyName, string>) {
    this.#keys = new Map(keys);
  }

  has(...names: readonly KeyName[]): boolean {
    return names.every((name) => this.#keys.has(name));
  }

  /** @throws ConfigError `CONFIG_INVALID` naming what is missing, never what is there */
  get(name: KeyName): string {
    const value = this.#keys.get(name);
    if (value === undefined) throw missingKeys([name]);
    return value;
  }

  toJSON(): string {
    return '[keys]';
  }

  toString(): string {
    return '[keys]';
  }

  [inspect.custom](): string {
    return '[keys]';
  }
}

/**
 * Reads keys from the environment, or from the file that `POSITION_MONITOR_KEY_FILE` names; never from both.
 *
 * @throws ConfigError `CONFIG_INVALID` · ValidationError `INPUT_FILE_INVALID`
 */
export async function readCredentials(environment: Environment): Promise<Credentials> {
  const given = new Map<KeyName, string>();
  for (const name of KEY_NAMES) {
    const value = environment[`${PREFIX}${name}`];
    if (value !== undefined && value.trim() !== '') given.set(name, value.trim());
  }
  const file = environment[KEY_FILE];
  if (file === undefined || file === '') return new Credentials(given);
  const [first] = given.keys();
  if (first !== undefined) {
    throw new ConfigError('CONFIG_INVALID', 'Keys are given twice', {
      expected: `either ${KEY_FILE} or ${PREFIX}${first}`,
      received: 'both',
      remedy: 'Unset one of them, so that it is certain which account is meant',
    });
  }
  return new Credentials(await readKeyFile(file));
}

/** @throws ConfigError `CONFIG_INVALID` when one of the keys is missing */
export function requireKeys(keys: Credentials, names: readonly KeyName[]): void {
  const missing = names.filter((name) => !keys.has(name));
  if (missing.length > 0) throw missingKeys(missing);
}

function missingKeys(names: readonly KeyName[]): ConfigError {
  return new ConfigError('CONFIG_INVALID', 'The keys of the account', {
    expected: names.map((name) => `${PREFIX}${name}`).join(' and '),
    received: 'nothing',
    remedy: `Set them in the environment, or name a file of mode 0600 in ${KEY_FILE}`,
  });
}
