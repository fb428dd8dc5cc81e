import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDriver } from '../../adapters/stores/sqlite/find-driver.js';
import { takeWriterLock } from '../../adapters/stores/sqlite/writer-lock.js';
import { ValidationError } from '../../errors/validation-error.js';
import type { ExchangeSettings } from '../../monitor/config/monitor-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { threeWayCheck } from './check-import.js';
import { backedUpFile, makeBackup } from './files/backup.js';
import type { DurableFiles } from './files/durable-files.js';
import type { MigratePaths, OldPaths } from './files/migrate-paths.js';
import { configIn, finishPublishing, publish, storeIn } from './files/publish.js';
import type { Accepting } from './import/settle-side.js';
import { writeStore } from './import/write-store.js';
import type { MigrateReport } from './report.js';
import { type MigrationSurvey, surveyMigration } from './survey.js';

export interface MigrateOptions {
  readonly old: OldPaths;
  readonly paths: MigratePaths;
  readonly exchange: ExchangeSettings['id'] | null;
  readonly accepting: Accepting;
  readonly dryRun: boolean;
  /** Do not ask. */
  readonly yes: boolean;
}

/** The world of a migration. */
export interface MigrateHost {
  readonly host: LiveHost;
  readonly files: DurableFiles;
  /** Of this package. */
  readonly version: string;
}

/**
 * Moves the open positions of an older system into a new store: looks, asks, backs up, imports, checks, and gives the
 * new files their names last. Old files are read only.
 *
 * Killed at any moment it leaves no store, or the whole one: the store appears by one rename after it was checked. What
 * was killed between that rename and the configuration's is finished by the next run.
 *
 * @param show called with what was found before anything is asked or changed
 */
export async function migrate(
  options: MigrateOptions,
  world: MigrateHost,
  show: (report: MigrateReport) => void,
): Promise<MigrateReport> {
  const { paths, dryRun } = options;
  const folder = await mkdtemp(join(tmpdir(), 'position-monitor-migrate-'));
  try {
    if (!dryRun && existsSync(paths.work)) {
      const isFinished = await locked(paths, world.files, () =>
        finishPublishing(paths, world.files),
      );
      if (isFinished) return { ...nothingKnown(paths), did: 'finished' };
    }
    return await migrateWithin(folder, options, world, show);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function migrateWithin(
  folder: string,
  options: MigrateOptions,
  world: MigrateHost,
  show: (report: MigrateReport) => void,
): Promise<MigrateReport> {
  const { old, paths, exchange, accepting, dryRun, yes } = options;
  const { host, files } = world;
  const survey = await surveyMigration({ old, paths, folder, exchange, accepting, host, files });
  try {
    const found = reportOf(survey, paths);
    if (!survey.isReady) return { ...found, did: 'not-ready' };
    if (survey.plan?.isSettled !== true) return { ...found, did: 'mismatch' };
    show(found);
    if (!dryRun && !yes) {
      if (!host.isInteractive) throw unconfirmed(found.positions.length);
      const question = `Import ${survey.plan.migrated.length} tranches into ${paths.store}?`;
      if (!(await host.confirm(question))) return { ...found, did: 'declined' };
    }
    const work = dryRun ? join(folder, 'work') : paths.work;
    return dryRun
      ? await importInto(work, survey, options, world)
      : await locked(paths, files, () => importInto(work, survey, options, world));
  } finally {
    survey.surveyed?.database.close();
  }
}

/** Backup, import and check; the names last. What was begun is taken away when it does not come to that. */
async function importInto(
  work: string,
  survey: MigrationSurvey,
  options: MigrateOptions,
  { host, files, version }: MigrateHost,
): Promise<MigrateReport> {
  const { old, dryRun } = options;
  const { plan, surveyed, translated, look } = survey;
  if (plan === null || surveyed === null || translated === null) {
    throw new Error('an import needs a survey that is ready');
  }
  const paths = dryRun ? { ...options.paths, backups: join(work, 'backup') } : options.paths;
  const found = reportOf(survey, options.paths);
  const now = host.clock.now();
  let isPublished = false;
  try {
    await files.remove(work);
    await files.makeFolder(work);
    const backup = await makeBackup({ old, paths, files, now, version });
    if (backedUpFile(backup, 'database').sha256 !== surveyed.digest.sha256) {
      return { ...found, did: 'mismatch', checks: [...found.checks, CHANGED_MEANWHILE] };
    }
    await writeStore({
      path: storeIn(work),
      plan,
      look: look?.state === 'read' ? look : null,
      instanceId: translated.resolved.instanceId,
      digest: surveyed.digest,
      version,
      now,
    });
    await files.write(configIn(work), `${JSON.stringify(translated.config, null, 2)}\n`, 0o600);
    const lines = await threeWayCheck({ store: storeIn(work), survey, old, host });
    const isGood = lines.every(({ verdict }) => verdict !== 'mismatch');
    const checked = { ...found, positions: lines, backup: dryRun ? null : backup.folder };
    if (!isGood) return { ...checked, did: 'mismatch' };
    if (dryRun) return { ...checked, did: 'dry-run' };
    await publish(work, paths, files, () => {
      isPublished = true;
    });
    return { ...checked, did: 'migrated' };
  } finally {
    // Once the store has its name, what is left there is the configuration that goes with it.
    if (!isPublished) await files.remove(work);
  }
}

/** No monitor may make a store of its own there meanwhile, and no second migration. */
async function locked<Result>(
  { store }: MigratePaths,
  files: DurableFiles,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await takeWriterLock(await findDriver(), store);
  try {
    return await work();
  } finally {
    // Beside a store it stays: others may hold it already.
    if (!existsSync(store)) await files.remove(`${store}-lock`);
    lock.release();
  }
}

function reportOf(
  { checks, plan, translated, look }: MigrationSurvey,
  paths: MigratePaths,
): MigrateReport {
  return {
    ...nothingKnown(paths),
    checks,
    positions: plan?.lines ?? [],
    exits: plan?.takeOver.exits ?? [],
    settings: translated && {
      shape: translated.shape,
      exchange: translated.config.exchange?.id ?? null,
      changes: translated.changes,
      ignored: translated.ignored,
      unknown: translated.unknown,
      secrets: translated.secrets,
    },
    account: look?.state === 'read' ? look.owner.accountId : null,
  };
}

function nothingKnown({ store, config }: MigratePaths): MigrateReport {
  return {
    did: 'not-ready',
    checks: [],
    positions: [],
    exits: [],
    settings: null,
    account: null,
    store,
    config,
    backup: null,
  };
}

const CHANGED_MEANWHILE = {
  id: 'database-unused',
  status: 'failure',
  detail: 'The old database changed after it was looked at',
  remedy: 'Stop the bot, then try again',
} as const;

function unconfirmed(positions: number): ValidationError {
  return new ValidationError('CONFIRMATION_MISSING', `${positions} positions are to be imported`, {
    expected: 'a yes at a terminal, or --yes',
    received: 'neither',
    remedy: 'Nothing was changed; --dry-run does everything and leaves nothing behind',
  });
}
