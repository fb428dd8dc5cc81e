import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { APPLICATION_ID } from '../../adapters/stores/sqlite/schema.js';
import { isBusy, sqliteResult } from '../../adapters/stores/sqlite/sqlite-errors.js';
import { type Digest, digestOf } from './files/digest.js';
import type { DurableFiles } from './files/durable-files.js';
import { OLD_TABLE_NAMES, type OldDatabase, openOldDatabase } from './old/old-database.js';
import { otherUsersOf } from './old/other-users.js';
import type { Check } from './report.js';

/** A copy of an older database, of one moment, ready to be read. */
export interface SurveyedDatabase {
  readonly path: string;
  readonly digest: Digest;
  readonly database: OldDatabase;
}

export interface DatabaseSurvey {
  readonly checks: readonly Check[];
  /** `null` when it cannot be read. */
  readonly surveyed: SurveyedDatabase | null;
}

const STOP_THE_BOT = 'Stop the bot, and whatever else has the database open, then try again';

/**
 * Copies an older database and judges the copy: the original is opened once, for reading, and nothing stays beside it.
 *
 * @param folder where the copy goes
 */
export async function checkDatabase(
  path: string,
  folder: string,
  files: DurableFiles,
): Promise<DatabaseSurvey> {
  const checks: Check[] = [];
  const before = shapeOf(path);
  const users = otherUsersOf(path);
  const copy = join(folder, 'old.db');
  let surveyed: SurveyedDatabase;
  try {
    await files.copyDatabase(path, copy);
    const digest = await digestOf(copy);
    surveyed = { path: copy, digest, database: await openOldDatabase(copy) };
  } catch (error) {
    return { checks: [unreadable(path, error)], surveyed: null };
  }
  const { database } = surveyed;
  checks.push(ok('database-opens', `${path} was copied as of one moment`));
  checks.push(
    database.damage === null
      ? ok('database-whole', 'SQLite finds no damage')
      : failure(
          'database-whole',
          `SQLite finds damage: ${database.damage.slice(0, 200)}`,
          'Restore it from a copy, or let sqlite3 recover it (".recover") and give what comes out',
        ),
  );
  checks.push(kindOf(database));
  checks.push(usersOf(path, users, before === shapeOf(path)));
  return { checks, surveyed };
}

function kindOf(database: OldDatabase): Check {
  const remedy = 'Give --from the database of the older system';
  if (database.applicationId === APPLICATION_ID) {
    return failure('database-kind', 'It is a store of position-monitor already', remedy);
  }
  const { tables, missing, names } = database;
  if (tables.size === 0) {
    const found = names.length === 0 ? 'no tables' : names.slice(0, 10).join(', ');
    const expected = OLD_TABLE_NAMES.join(', ');
    return failure('database-kind', `None of ${expected} is there, but ${found}`, remedy);
  }
  if (missing.length > 0) {
    return failure(
      'database-kind',
      `Columns are missing: ${missing.join(', ')}`,
      'It is of a version that is not known here: nothing of it is guessed',
    );
  }
  return ok('database-kind', `Tables of an older system: ${[...tables].join(', ')}`);
}

function usersOf(path: string, users: readonly number[], isUnchanged: boolean): Check {
  if (users.length > 0) {
    return failure(
      'database-unused',
      `It is open in ${users.length === 1 ? 'process' : 'processes'} ${users.join(', ')}`,
      STOP_THE_BOT,
    );
  }
  if (!isUnchanged) {
    return failure('database-unused', 'It changed while it was looked at', STOP_THE_BOT);
  }
  const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return hasLog
    ? {
        id: 'database-unused',
        status: 'warning',
        detail:
          'No process has it open, but its log was not folded in: its last user did not end in order',
        remedy: 'The log is read with it. Make sure that the bot is stopped',
      }
    : ok('database-unused', 'No other process of this machine is seen to have it open');
}

function unreadable(path: string, error: unknown): Check {
  const message = error instanceof Error ? error.message : String(error);
  if (isBusy(error)) {
    return failure(
      'database-unused',
      `It is locked by somebody who writes (${message})`,
      STOP_THE_BOT,
    );
  }
  if (existsSync(`${path}-journal`)) {
    return failure(
      'database-unused',
      `A transaction was not finished (${message})`,
      'Start and stop the bot once, so that SQLite can take it back',
    );
  }
  const isDamaged = ['CORRUPT', 'NOTADB'].includes(sqliteResult(error) ?? '');
  return isDamaged
    ? failure(
        'database-whole',
        `${path} is damaged or no SQLite database (${message})`,
        'Restore it from a copy',
      )
    : failure(
        'database-opens',
        `${path} cannot be read (${message})`,
        'Check permissions: a database with a log needs a folder that may be written. A copy of it in such a folder will do',
      );
}

/** What changes when somebody writes. */
function shapeOf(path: string): string {
  return ['', '-wal', '-journal']
    .map((suffix) => {
      const stats = statSync(`${path}${suffix}`, { throwIfNoEntry: false, bigint: true });
      // A reader creates the files of an empty log.
      return stats === undefined || stats.size === 0n ? '' : `${stats.size}@${stats.mtimeNs}`;
    })
    .join('|');
}

function ok(id: Check['id'], detail: string): Check {
  return { id, status: 'ok', detail, remedy: null };
}

function failure(id: Check['id'], detail: string, remedy: string): Check {
  return { id, status: 'failure', detail, remedy };
}
