import { Command, Option } from 'commander';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import { ValidationError } from '../../errors/validation-error.js';
import { EXCHANGE_IDS, type ExchangeSettings } from '../../monitor/config/monitor-config.js';
import type { ExitStatus } from '../exit-status.js';
import { EXIT_OK } from '../failure.js';
import type { LiveHost } from '../live-config/live-host.js';
import { DURABLE_FILES, type DurableFiles } from './files/durable-files.js';
import { inFolder, migratePaths, oldPaths } from './files/migrate-paths.js';
import { type MigrateHost, migrate } from './migrate.js';
import { outcomeText, rollbackText, surveyText } from './print-migrate.js';
import type { MigrateReport } from './report.js';
import { rollBack } from './rollback.js';

/** Not ready, or what was found does not agree: nothing was changed. */
export const EXIT_NOT_MIGRATED = 1;

const NOTES = `
Moves the open positions of an older TP/SL system into a store that "run" goes on with: looks, asks, backs up database and
settings, imports, holds old database, new store and account against each other, and gives the new files their names last.
The old files are only read. Stop the bot first.

Beside the store it writes a configuration (NEW.config.json) and a folder of backups (NEW.backup). Secrets in the settings
are not copied. Keys come from the environment, as for "run".

Examples:
  $ position-monitor migrate --from bot.db --settings settings.json --to monitor.db --exchange aster --dry-run
  $ position-monitor migrate --to monitor.db --rollback

Exit code: 0 migrated or rolled back, 1 not ready or a mismatch, 2 what was given cannot be used.`;

interface MigrateArguments {
  readonly from?: string;
  readonly settings?: string;
  readonly to: string;
  readonly exchange?: ExchangeSettings['id'];
  readonly backupDir?: string;
  readonly dryRun?: boolean;
  readonly rollback?: boolean;
  readonly acceptDatabase?: boolean;
  readonly acceptExchange?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @param files every change to the disk goes through it */
export function migrateCommand(
  host: () => LiveHost,
  status: ExitStatus,
  version: string,
  files: DurableFiles = DURABLE_FILES,
): Command {
  return new Command('migrate')
    .description('Imports the open positions of an older TP/SL system.')
    .option('--from <database>', 'SQLite database of the older system')
    .option('--settings <file>', 'its settings')
    .requiredOption('--to <store>', 'the new store; nothing may be there')
    .addOption(
      new Option(
        '--exchange <id>',
        'exchange of the account, where the settings do not name it',
      ).choices([...EXCHANGE_IDS]),
    )
    .option('--backup-dir <folder>', 'where backups go, or the one to go back to')
    .option('--dry-run', 'do everything, leave nothing behind')
    .option('--rollback', 'take a migration back')
    .option('--accept-database', 'where no account can be read, believe the most detailed table')
    .option('--accept-exchange', 'where no table agrees with the account, import what it holds')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', NOTES)
    .action(async (given: MigrateArguments) => {
      const world: MigrateHost = { host: host(), files, version };
      const { json = false } = given;
      try {
        status.code = given.rollback
          ? await rollBackWith(given, world)
          : await migrateWith(given, world);
      } catch (error) {
        if (json && isMonitorError(error)) {
          const { code, message } = error;
          world.host.print(JSON.stringify({ did: 'refused', error: { code, message } }));
        }
        throw error;
      }
    });
}

async function migrateWith(given: MigrateArguments, world: MigrateHost): Promise<number> {
  const { json = false, dryRun = false, yes = false } = given;
  const paths = migratePaths(given.to, given.backupDir);
  const options = {
    old: oldPaths(required(given.from, '--from'), required(given.settings, '--settings'), paths),
    paths,
    exchange: given.exchange ?? null,
    accepting: { database: given.acceptDatabase ?? false, exchange: given.acceptExchange ?? false },
    dryRun,
    yes,
  };
  let isShown = false;
  const show = (report: MigrateReport): void => {
    if (!json) world.host.print(surveyText(report));
    isShown = true;
  };
  const report = await migrate(options, world, show);
  if (json) world.host.print(JSON.stringify(report));
  else {
    // What the last check found is told again where it is what it failed by.
    if (report.did !== 'finished' && (!isShown || report.did === 'mismatch')) show(report);
    world.host.print(outcomeText(report));
  }
  const isDone = ['migrated', 'finished', 'dry-run'].includes(report.did);
  return isDone ? EXIT_OK : EXIT_NOT_MIGRATED;
}

async function rollBackWith(given: MigrateArguments, world: MigrateHost): Promise<number> {
  const { json = false, yes = false, dryRun, from, settings } = given;
  if (dryRun) {
    throw new ValidationError('INPUT_FILE_INVALID', 'Options --rollback and --dry-run', {
      expected: 'one of them',
      received: 'both',
    });
  }
  const paths = migratePaths(given.to, given.backupDir);
  const old = {
    ...(from !== undefined && { database: inFolder(from, '--from') }),
    ...(settings !== undefined && { settings: inFolder(settings, '--settings') }),
  };
  const report = await rollBack({ paths, old, yes }, world);
  world.host.print(json ? JSON.stringify(report) : rollbackText(report));
  return report.did === 'declined' ? EXIT_NOT_MIGRATED : EXIT_OK;
}

function required(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new ValidationError('INPUT_FILE_INVALID', `Option ${option}`, {
    expected: 'a file',
    received: 'nothing',
    remedy: 'It is needed for everything but --rollback',
  });
}
