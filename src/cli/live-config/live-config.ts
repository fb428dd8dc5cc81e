import { ConfigError } from '../../errors/config-error.js';
import type { ExchangeSettings, MonitorConfig } from '../../monitor/config/monitor-config.js';
import { resolveConfig } from '../../monitor/config/resolve-config.js';
import type { ResolvedConfig } from '../../monitor/config/resolved-config.js';
import { readConfigFile } from '../replay/replay-config.js';

/** A configuration file that says which exchange to connect to. */
export interface LiveConfig {
  readonly file: string;
  /** As a monitor takes it. */
  readonly config: MonitorConfig;
  /** The same, with every default. */
  readonly resolved: ResolvedConfig;
  readonly exchange: ExchangeSettings;
  readonly storePath: string | null;
  readonly warnings: readonly string[];
}

/** @throws ConfigError `CONFIG_INVALID`, `CONFIG_UNSUPPORTED` · ValidationError `INPUT_FILE_INVALID` */
export async function readLiveConfig(file: string): Promise<LiveConfig> {
  const { config, warnings } = await readConfigFile(file);
  const resolved = resolveConfig(config);
  if (resolved.exchange === null) {
    throw new ConfigError('CONFIG_INVALID', `${file}: exchange`, {
      expected: '{ "id": "binance" }, "aster" or "paper"',
      received: 'nothing',
      remedy: 'Say which exchange to connect to',
    });
  }
  return {
    file,
    config,
    resolved,
    exchange: resolved.exchange,
    storePath: resolved.store?.path ?? null,
    warnings: [...warnings, ...resolved.warnings.map((warning) => `${file}: ${warning}`)],
  };
}
