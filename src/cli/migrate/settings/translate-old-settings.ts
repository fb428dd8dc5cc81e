import { ConfigError } from '../../../errors/config-error.js';
import { configFrom, loadSettings } from '../../../monitor/config/load-settings.js';
import type { ExchangeSettings, MonitorConfig } from '../../../monitor/config/monitor-config.js';
import { parseJson } from '../../../monitor/config/parse-json.js';
import { resolveConfig } from '../../../monitor/config/resolve-config.js';
import type { ResolvedConfig } from '../../../monitor/config/resolved-config.js';
import { isFields, ownShapeOf } from './old-settings.js';
import type { SettingsShape } from './settings-shape.js';

/** Settings of an older system as a configuration. */
export interface TranslatedSettings {
  readonly shape: SettingsShape;
  /** What is written beside the store. */
  readonly config: MonitorConfig;
  readonly resolved: ResolvedConfig;
  /** Keys that do not concern protection, and keys that nobody knows. */
  readonly ignored: readonly string[];
  readonly unknown: readonly string[];
  readonly changes: readonly string[];
  /** Paths of keys that held secrets. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads settings of every older shape.
 *
 * @param exchange names the exchange where the settings do not
 * @param storePath path of the new store, which the configuration names
 * @throws ConfigError `CONFIG_INVALID` with everything that is wrong, e.g. a percentage below zero
 */
export function translateOldSettings(
  text: string,
  exchange: ExchangeSettings['id'] | null,
  storePath: string,
): TranslatedSettings {
  const { shape, settings, left, changes, secrets } = ownShapeOf(rootOf(text));
  const loaded = shape === 'camelCase' ? configFrom(settings) : loadSettings(settings);
  const { config, enabled } = enabling(loaded.config);
  const named = config.exchange?.id;
  if (exchange !== null && named !== undefined && named !== exchange) {
    throw new ConfigError('CONFIG_INVALID', 'The exchange is named twice', {
      expected: `"${named}", as the settings say, or no --exchange`,
      received: `--exchange ${exchange}`,
    });
  }
  const whole: MonitorConfig = {
    ...(config.exchange === undefined && exchange !== null && { exchange: { id: exchange } }),
    ...config,
    store: { path: storePath },
  };
  const resolved = resolveConfig(whole);
  return {
    shape,
    config: whole,
    resolved,
    ignored: [...loaded.ignored, ...left],
    unknown: loaded.unknown,
    changes: [...changes, ...enabled],
    secrets,
    warnings: [...loaded.warnings, ...resolved.warnings],
  };
}

/** The same settings without symbols that the exchange does not list: with one of them a monitor does not start. */
export function withoutSymbols(
  settings: TranslatedSettings,
  symbols: readonly string[],
): TranslatedSettings {
  const kept = Object.entries(settings.config.symbols).filter(
    ([symbol]) => !symbols.includes(symbol),
  );
  const config = { ...settings.config, symbols: Object.fromEntries(kept) };
  return { ...settings, config, resolved: resolveConfig(config) };
}

/** The old switch chose between two systems. Here it would mean that nothing is protected. */
function enabling(config: MonitorConfig): {
  readonly config: MonitorConfig;
  readonly enabled: readonly string[];
} {
  if (config.globals?.usePositionMonitor !== false) return { config, enabled: [] };
  return {
    config: { ...config, globals: { ...config.globals, usePositionMonitor: true } },
    enabled: ['use_position_monitor is true now: false would leave everything unprotected'],
  };
}

function rootOf(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { line, column, problem } = parsed.fault;
    throw new ConfigError(
      'CONFIG_INVALID',
      `The settings file is not valid JSON, line ${line}, column ${column}: ${problem}`,
    );
  }
  if (isFields(parsed.value)) return parsed.value;
  throw new ConfigError('CONFIG_INVALID', 'The settings file', {
    expected: 'an object with globals and symbols',
    received: Array.isArray(parsed.value) ? 'a list' : `${typeof parsed.value}`,
  });
}
