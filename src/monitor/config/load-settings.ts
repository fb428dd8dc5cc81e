import { ConfigError } from '../../errors/config-error.js';
import { describe } from '../../errors/describe.js';
import { frozen } from './frozen.js';
import type { MonitorConfig } from './monitor-config.js';
import { parseJson } from './parse-json.js';
import { plainCopy } from './plain-copy.js';
import { Problems } from './problems.js';
import { resolveWith } from './resolve-config.js';
import { spelledSnake } from './settings-keys.js';
import { entriesOf, spellingOf } from './settings-spelling.js';
import { translateSettings } from './translate-settings.js';

/** A settings file, read. */
export interface LoadedSettings {
  /** The file as a configuration. Validated and frozen. */
  readonly config: MonitorConfig;
  /** Paths of keys that nobody knows. */
  readonly unknown: readonly string[];
  /** Paths of keys of the trading bot that do not concern protection. */
  readonly ignored: readonly string[];
  /** Unknown keys that look like mistyped ones of ours, one sentence each. */
  readonly warnings: readonly string[];
}

const FILE = 'The settings file';
const CONFIG_FILE = 'The configuration file';

/**
 * Reads a bot's settings file: `globals` and `symbols` in snake_case.
 *
 * @param json the text of the file, or what was parsed from it
 * @throws ConfigError `CONFIG_INVALID` for malformed JSON (with line and column), other formats and wrong values, in the
 *   file's own spelling
 * @example
 * const text = '{ "globals": { "hedge_mode": true }, "symbols": { "BTCUSDT": { "stop_loss_pct": 1, "leverage": 10 } } }';
 * loadSettings(text).ignored // ['symbols.BTCUSDT.leverage']
 */
export function loadSettings(json: unknown): LoadedSettings {
  const root = readRoot(json, FILE);
  const { camel, snake } = spellingOf(root);
  if (camel !== null && snake === null) {
    throw new ConfigError('CONFIG_INVALID', FILE, {
      expected: 'keys in snake_case',
      received: new Problems().at(camel),
      remedy: 'A configuration in camelCase is passed to the monitor as it is',
    });
  }
  return fromSnake(root, FILE);
}

/**
 * Reads a configuration file of either form: camelCase (`MonitorConfig`), or a bot's settings in snake_case, in which
 * the sections `instruments`, `exchange`, `feed`, `store` and `instanceId` may stand as well.
 *
 * @param json the text of the file, or what was parsed from it
 * @throws ConfigError as {@link loadSettings}; also for a mixture of both forms, naming a key of each
 * @example configFrom('{ "symbols": { "BTCUSDT": { "stopLossPct": 1 } } }').config.symbols
 */
export function configFrom(json: unknown): LoadedSettings {
  const root = readRoot(json, CONFIG_FILE);
  const { snake } = spellingOf(root);
  if (snake !== null) return fromSnake(root, CONFIG_FILE);
  resolveWith(root, CONFIG_FILE, new Problems());
  // Valid, so it has the shape.
  const config = root as unknown as MonitorConfig;
  return frozen({ config, unknown: [], ignored: [], warnings: [] });
}

function fromSnake(root: Readonly<Record<string, unknown>>, subject: string): LoadedSettings {
  const { camel, snake } = spellingOf(root);
  const written = new Map<string, string>();
  const problems = new Problems('', (key) => written.get(key) ?? spelledSnake(key));
  if (camel !== null && snake !== null) {
    const asWritten = new Problems();
    throw new ConfigError('CONFIG_INVALID', subject, {
      expected: 'one spelling',
      received: `a mixture: ${asWritten.at(snake)} is snake_case, ${asWritten.at(camel)} is camelCase`,
      remedy: 'Write all keys of globals and symbols in one of the two',
    });
  }
  const { config, unknown, ignored, warnings } = translateSettings(root, problems, written);
  resolveWith(config, subject, problems);
  return frozen({ config: config as unknown as MonitorConfig, unknown, ignored, warnings });
}

/** The file as plain data, every dangerous or unreadable place refused. */
function readRoot(json: unknown, subject: string): Readonly<Record<string, unknown>> {
  let value = json;
  if (typeof json === 'string') {
    const parsed = parseJson(json);
    if (!parsed.ok) {
      const { line, column, problem } = parsed.fault;
      throw new ConfigError(
        'CONFIG_INVALID',
        `${subject} is not valid JSON, line ${line}, column ${column}: ${problem}`,
      );
    }
    value = parsed.value;
  }
  const problems = new Problems();
  const copied = plainCopy(value, [], problems);
  if (problems.count > 0) throw new ConfigError('CONFIG_INVALID', problems.summary(subject));
  if (typeof copied !== 'object' || copied === null || Array.isArray(copied)) {
    throw new ConfigError('CONFIG_INVALID', subject, {
      expected: 'an object with globals and symbols',
      received: describe(copied),
    });
  }
  return Object.fromEntries(entriesOf(copied));
}
