import { ConfigError } from '../../errors/config-error.js';
import type { InstrumentInput } from '../../model/instrument.js';
import type { CoreSettings } from '../../model/settings.js';
import type { PositionMode } from '../../model/side.js';
import type {
  ExchangeSettings,
  FeedSettings,
  PositionModeSetting,
  StoreSettings,
} from './monitor-config.js';

/** A configuration after validation: every default filled in, every unit in the name. Frozen. */
export interface ResolvedConfig {
  /** What the core decides by, except for what only the account can tell; see {@link coreSettingsFor}. */
  readonly core: Omit<CoreSettings, 'positionMode' | 'pricesConfirmThemselves'>;
  readonly positionMode: PositionModeSetting;
  readonly simulateOnly: boolean;
  /** First delay of the reconnect back-off, ms. */
  readonly priceMonitorReconnectDelayMs: number;
  /** Pause between two full comparisons with the exchange, ms. */
  readonly reconcileIntervalMs: number;
  /** Largest accepted slippage of closes with a price cap, basis points. */
  readonly maxSlippageBps: number;
  /** Filters given in the configuration, by symbol. */
  readonly instruments: ReadonlyMap<string, InstrumentInput>;
  /** Sections of the command line; `null` when absent. */
  readonly exchange: ExchangeSettings | null;
  readonly feed: FeedSettings | null;
  readonly store: StoreSettings | null;
  readonly instanceId: string;
  /** What is allowed but worth a warning, one sentence each. */
  readonly warnings: readonly string[];
}

/** What the account tells and the core needs. */
export interface AccountTraits {
  readonly positionMode: PositionMode;
  readonly pricesConfirmThemselves: boolean;
}

/**
 * Completes the settings of the core once the account is known.
 *
 * @throws ConfigError `MODE_MISMATCH` when the configuration requires another position mode than the account has
 */
export function coreSettingsFor(config: ResolvedConfig, account: AccountTraits): CoreSettings {
  const { positionMode, pricesConfirmThemselves } = account;
  if (config.positionMode !== 'auto' && config.positionMode !== positionMode) {
    throw new ConfigError(
      'MODE_MISMATCH',
      'The position mode of the account differs from the configured one',
      {
        expected: `"${config.positionMode}"`,
        received: `"${positionMode}"`,
        remedy:
          'Change the mode of the account at the exchange, or set positionMode (hedge_mode in a settings file) accordingly; "auto" takes whatever the account has',
      },
    );
  }
  return Object.freeze({ ...config.core, positionMode, pricesConfirmThemselves });
}
