import type { PositionMode } from '../../model/side.js';
import type { ExchangeSettings } from '../../monitor/config/monitor-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { checkDatabase, type SurveyedDatabase } from './check-database.js';
import { checkSettings } from './check-settings.js';
import { checkTarget } from './check-target.js';
import { type AccountLook, type ExchangeLook, lookAtExchange } from './exchange-look.js';
import type { DurableFiles } from './files/durable-files.js';
import type { MigratePaths, OldPaths } from './files/migrate-paths.js';
import type { Accepting } from './import/settle-side.js';
import { type OldPositions, readSides } from './old/read-sides.js';
import { quantityOf } from './old/reading.js';
import { type ImportPlan, planImport } from './plan-import.js';
import type { Check } from './report.js';
import { type TranslatedSettings, withoutSymbols } from './settings/translate-old-settings.js';

/** Everything that is known before something is changed. */
export interface MigrationSurvey {
  readonly checks: readonly Check[];
  readonly isReady: boolean;
  /** Of the parts below each is there when the checks it needs have passed. */
  readonly translated: TranslatedSettings | null;
  readonly surveyed: SurveyedDatabase | null;
  readonly look: ExchangeLook | null;
  readonly plan: ImportPlan | null;
}

export interface SurveyRequest {
  readonly old: OldPaths;
  readonly paths: MigratePaths;
  /** Where the copy of the database goes. */
  readonly folder: string;
  readonly exchange: ExchangeSettings['id'] | null;
  readonly accepting: Accepting;
  readonly host: LiveHost;
  readonly files: DurableFiles;
}

/** Looks at everything. Changes nothing but the folder it was given. */
export async function surveyMigration(request: SurveyRequest): Promise<MigrationSurvey> {
  const { old, paths, folder, exchange, accepting, host, files } = request;
  const { checks: settingsChecks, translated: given } = await checkSettings(
    old.settings,
    exchange,
    paths.store,
  );
  const { checks: databaseChecks, surveyed } = await checkDatabase(old.database, folder, files);
  const checks: Check[] = [...databaseChecks, ...settingsChecks, checkTarget(paths)];
  const isReadable = databaseChecks.every(
    ({ id, status }) => status !== 'failure' || id === 'database-unused',
  );
  if (given === null || surveyed === null || !isReadable) {
    return { checks, isReady: false, translated: given, surveyed, look: null, plan: null };
  }
  const read = (mode: PositionMode): OldPositions => readSides(surveyed.database, mode);
  const planned = [...given.resolved.core.plans.keys()].filter((symbol) => symbol !== '*');
  const look = await lookAtExchange(given, old.settings, host, (mode) => [
    ...heldSymbols(read(mode)),
    ...planned,
  ]);
  const account = look.state === 'read' ? look : null;
  const unlisted = planned.filter((symbol) => account?.unlisted.includes(symbol));
  const translated = unlisted.length === 0 ? given : withoutSymbols(given, unlisted);
  checks.push(exchangeCheck(look, translated, accepting), ...unlistedChecks(unlisted));
  const mode = modeOf(translated, account);
  checks.push(...modeChecks(translated, account));
  const positions = read(mode);
  checks.push(rowsCheck(positions));
  const plan = planImport({
    old: positions,
    resolved: translated.resolved,
    look: account,
    accepting,
    now: host.clock.now(),
  });
  checks.push(...planChecks(plan));
  return {
    checks,
    isReady: checks.every(({ status }) => status !== 'failure'),
    translated,
    surveyed,
    look,
    plan,
  };
}

function heldSymbols({ sides }: OldPositions): readonly string[] {
  const held = sides.filter(({ readings, variants }) =>
    [...readings, ...variants].some((reading) => quantityOf(reading).gt(0)),
  );
  return held.map(({ symbol }) => symbol);
}

/** The older system took legs for granted where nothing was said. */
function modeOf({ resolved }: TranslatedSettings, account: AccountLook | null): PositionMode {
  if (account !== null) return account.positionMode;
  return resolved.positionMode === 'auto' ? 'hedge' : resolved.positionMode;
}

function exchangeCheck(
  look: ExchangeLook,
  { resolved }: TranslatedSettings,
  { database }: Accepting,
): Check {
  const id = 'exchange';
  switch (look.state) {
    case 'read':
      return {
        id,
        status: 'ok',
        detail: `${look.owner.exchangeId} was read: ${look.positions.length} positions, ${look.orders.length} orders`,
        remedy: null,
      };
    case 'unnamed':
      return {
        id,
        status: 'warning',
        detail: 'No exchange is named: only the database is looked at, and nothing confirms it',
        remedy: 'Name it with --exchange, with its keys in the environment',
      };
    case 'simulation':
      return {
        id,
        status: 'warning',
        detail: resolved.simulateOnly
          ? 'simulate_only is true: nothing real will be protected, and no account is looked at'
          : 'The exchange is a simulation: no account is looked at',
        remedy: 'While real positions are held, set simulate_only to false',
      };
    case 'unreachable':
      return {
        id,
        status: database ? 'warning' : 'failure',
        detail: `The exchange could not be read: ${look.detail}`,
        remedy: database
          ? 'Only the database counts, as asked. Run verify as soon as the exchange answers'
          : 'Set the keys and try again; or go by the database alone with --accept-database',
      };
  }
}

function modeChecks(
  { resolved }: TranslatedSettings,
  account: AccountLook | null,
): readonly Check[] {
  if (account === null || resolved.positionMode === 'auto') return [];
  const isEqual = resolved.positionMode === account.positionMode;
  return [
    {
      id: 'position-mode',
      status: isEqual ? 'ok' : 'failure',
      detail: isEqual
        ? `Settings and account are in ${account.positionMode} mode`
        : `The settings want ${resolved.positionMode} mode, the account is in ${account.positionMode} mode`,
      remedy: isEqual ? null : 'Correct hedge_mode in the settings, or change the account',
    },
  ];
}

function rowsCheck({ orders, orphans, rowCounts }: OldPositions): Check {
  const phantoms = orders.orders.filter(({ closed }) => closed === 'phantom').length;
  const unreadable = [...orders.unreadable.keys()];
  const remarks = [
    orders.duplicates > 0 && `${orders.duplicates} rows repeat a fill and count once`,
    orders.dismissed > 0 &&
      `${orders.dismissed} rows of orders that came to nothing, or of simulations`,
    phantoms > 0 &&
      `${phantoms} orders were marked CLOSED_PHANTOM: only an exchange can say whether that is so`,
    orphans > 0 && `${orphans} relationships have no entry that executed`,
    unreadable.length > 0 && `rows of ${unreadable.join(', ')} cannot be read`,
  ].filter((remark) => remark !== false);
  const counts = Object.entries(rowCounts).map(([table, count]) => `${count} in ${table}`);
  return {
    id: 'database-rows',
    status: phantoms > 0 || unreadable.length > 0 || orphans > 0 ? 'warning' : 'ok',
    detail: [`Rows: ${counts.join(', ')}`, ...remarks].join('; '),
    remedy: phantoms > 0 || unreadable.length > 0 ? 'Let the exchange confirm: --exchange' : null,
  };
}

function unlistedChecks(unlisted: readonly string[]): readonly Check[] {
  if (unlisted.length === 0) return [];
  return [
    {
      id: 'settings-symbols',
      status: 'warning',
      detail: `The exchange does not list ${unlisted.join(', ')}: left out of the new configuration, with which a monitor would not start`,
      remedy: 'Nothing, unless a symbol is mistyped',
    },
  ];
}

function planChecks({ uncovered, pastStop }: ImportPlan): readonly Check[] {
  const checks: Check[] = [];
  if (uncovered.length > 0) {
    checks.push({
      id: 'settings-symbols',
      status: 'failure',
      detail: `Open positions of ${uncovered.join(', ')} have no settings: nothing could be planned for them`,
      remedy: `Add symbols.${uncovered[0]} (or "*") to the settings`,
    });
  }
  if (pastStop.length > 0) {
    checks.push({
      id: 'prices',
      status: 'warning',
      detail: `Past their stop already, a monitor closes them as soon as it starts: ${pastStop.join('; ')}`,
      remedy: 'Give a wider stop_loss_pct first, if that is not meant',
    });
  }
  return checks;
}
