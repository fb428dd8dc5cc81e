import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../errors/config-error.js';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import type { ExitPlanInput } from '../../model/exit-plan.js';
import { type Instrument, type InstrumentInput, instrumentFrom } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import type { PositionMode } from '../../model/side.js';
import { exitPlanFrom } from '../../monitor/config/exit-plan-from.js';
import { configFrom } from '../../monitor/config/load-settings.js';
import type { MonitorConfig } from '../../monitor/config/monitor-config.js';
import { inputFileError, unreadableFile } from '../input-file-error.js';
import type { EntryRequest } from './entry-orders.js';
import { recordedPlan } from './recorded-plan.js';

/** What a replay runs with. */
export interface ReplayConfig {
  readonly symbol: string;
  readonly config: MonitorConfig;
  readonly instrumentInput: InstrumentInput;
  readonly instrument: Instrument;
  readonly positionMode: PositionMode;
  readonly entries: readonly EntryRequest[];
  readonly warnings: readonly string[];
}

export interface ConfigFile {
  readonly file: string;
  readonly config: MonitorConfig;
  readonly warnings: readonly string[];
}

/** @throws ValidationError `INPUT_FILE_INVALID`; ConfigError as `configFrom`, with the file's name */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const { config, unknown, warnings } = named(file, () => configFrom(text));
  return {
    file,
    config,
    warnings: [
      ...unknown.map((path) => `${file}: ${path} is not a key that anybody reads`),
      ...warnings.map((warning) => `${file}: ${warning}`),
    ],
  };
}

/**
 * Brings configuration and entries into the form that the recording can serve.
 *
 * The exchange is always paper, so the sections of live operation mean nothing here. Rules that go by a price which was
 * not recorded go by the one that was, with a warning.
 *
 * @param sources the prices that the recording has
 */
export function replayConfigFor(
  { file, config, warnings }: ConfigFile,
  entries: readonly EntryRequest[],
  symbol: string,
  sources: readonly PriceSource[],
): ReplayConfig {
  const input = config.instruments?.[symbol];
  if (input === undefined) {
    throw new ConfigError('CONFIG_INVALID', `${file}: instruments.${symbol}`, {
      expected: '{ "tickSize": …, "stepSize": … }',
      received: 'nothing',
      remedy: 'Prices and quantities are rounded by it',
    });
  }
  const instrumentInput = { symbol, ...input };
  const instrument = named(file, () => instrumentFrom(instrumentInput));
  const notes: string[] = [];
  const served = (plan: ExitPlanInput, at: string, inherited: ExitPlanInput | null) => {
    const recorded = recordedPlan(plan, at, sources, inherited);
    notes.push(...recorded.notes);
    return recorded.plan;
  };
  const given = config.symbols[symbol] ?? config.symbols['*'];
  const settings = given === undefined ? null : served(given, `symbols.${symbol}`, null);
  const { simulateOnly: _paperAnyway, ...globals } = config.globals ?? {};
  return {
    symbol,
    instrumentInput,
    instrument,
    positionMode: globals.positionMode === 'one-way' ? 'one-way' : 'hedge',
    config: {
      globals,
      symbols: settings === null ? {} : { [symbol]: settings },
      instruments: { [symbol]: input },
      ...(config.instanceId !== undefined && { instanceId: config.instanceId }),
    },
    entries: entries.map((entry) => ({
      ...entry,
      plan:
        entry.plan === null ? null : served(entry.plan, `The plan of entry ${entry.id}`, settings),
    })),
    warnings: [...warnings, ...notes],
  };
}

/** Plans of entries are checked before anything runs. @throws ValidationError, ConfigError naming the entry */
export function checkPlans(
  entriesFile: string,
  { config, file }: ConfigFile,
  entries: readonly EntryRequest[],
): void {
  for (const [index, { symbol, side, plan }] of entries.entries()) {
    const at = `${entriesFile}: [${index}]`;
    const settings = config.symbols[symbol] ?? config.symbols['*'];
    if (plan !== null) {
      const base = settings === undefined ? null : exitPlanFrom(settings, null, 'symbols');
      named(at, () => exitPlanFrom(plan, base, 'plan', side));
    } else if (settings === undefined) {
      throw inputFileError(at, null, {
        expected: `a plan, or an entry symbols.${symbol} in ${file}`,
        received: 'neither',
      });
    }
  }
}

/** Errors of the readers tell what is wrong, not where the text came from. */
function named<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    if (error instanceof ConfigError) {
      throw new ConfigError(error.code as 'CONFIG_INVALID', `${file}: ${error.message}`, {
        cause: error,
      });
    }
    throw inputFileError(`${file}: ${error.message}`, null, { cause: error });
  }
}
