import { ConfigError } from '../errors/config-error.js';
import { describe } from '../errors/describe.js';
import { nearestKey } from './config/nearest-key.js';
import type { PositionMonitorOptions } from './options.js';

type OptionName = keyof PositionMonitorOptions;

/** What an option must be. Kept by the name of the option, so that the compiler finds one that is missing here. */
interface OptionRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** What to do without one; absent = it may be left out. */
  readonly needed?: string;
}

const RULES: Readonly<Record<OptionName, OptionRule>> = {
  /** Read and judged as a whole by `resolveConfig`. */
  config: { expected: 'a configuration', holds: () => true },
  exchange: {
    expected: 'an exchange adapter',
    holds: (value) => can(value, 'connect'),
    needed: 'Pass e.g. createBinanceExchange({ … }), or a new PaperExchange({ … }) to simulate',
  },
  feed: {
    expected: 'a price feed',
    holds: (value) => can(value, 'connect'),
    needed: 'Pass e.g. createBinanceFeed(), or a new ManualFeed() whose prices you push',
  },
  store: { expected: 'a store', holds: (value) => can(value, 'commit') },
  instanceId: { expected: 'a name', holds: () => true },
  clock: { expected: 'a clock', holds: (value) => can(value, 'setTimer') },
  logger: { expected: 'a logger', holds: (value) => can(value, 'warn') },
  scheduler: { expected: 'a request scheduler', holds: (value) => can(value, 'run') },
  allowWithdrawalKey: {
    expected: 'true or false',
    holds: (value) => typeof value === 'boolean',
  },
  profile: {
    expected: '"live" or "replay"',
    holds: (value) => value === 'live' || value === 'replay',
  },
};
const NAMES = Object.keys(RULES) as readonly OptionName[];
/** Sections of the configuration that are easily put one level too high. */
const OF_CONFIG: readonly string[] = ['globals', 'symbols', 'instruments'];

/**
 * A mistyped option would be ignored in silence, and one that is missing would be met at the first call.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigError('CONFIG_INVALID', 'The options of a monitor', {
      expected: 'an object with config, exchange and feed',
      received: describe(options),
      remedy: 'Call new PositionMonitor({ config, exchange, feed })',
    });
  }
  const unknown = Object.keys(options).find((key) => !(NAMES as readonly string[]).includes(key));
  if (unknown !== undefined) throw unknownOption(unknown);
  for (const name of NAMES) {
    const { expected, holds, needed } = RULES[name];
    const value = (options as Partial<Record<OptionName, unknown>>)[name] ?? undefined;
    if (value === undefined ? needed === undefined : holds(value)) continue;
    throw new ConfigError('CONFIG_INVALID', `The option ${name} of a monitor`, {
      expected,
      received: describe(value),
      ...(needed !== undefined && { remedy: needed }),
    });
  }
}

function unknownOption(name: string): ConfigError {
  const near = nearestKey(name, NAMES);
  const known = `Known options: ${NAMES.join(', ')}`;
  return new ConfigError('CONFIG_INVALID', `There is no option ${describe(name)} of a monitor`, {
    remedy: OF_CONFIG.includes(name)
      ? `It belongs into config: pass { config: { ${name} } }`
      : near === undefined
        ? `Leave it out. ${known}`
        : `Did you mean ${near}?`,
  });
}

function can(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null)?.[method] === 'function';
}
