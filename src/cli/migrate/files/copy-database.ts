import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { SqliteDatabase, SqliteDriver } from '../../../adapters/stores/sqlite/driver.js';
import { findDriver } from '../../../adapters/stores/sqlite/find-driver.js';
import { SQLITE_BUSY_MS } from '../../../limits.js';

/** better-sqlite3 has the backup at the database, `node:sqlite` beside it, where it has it at all. */
type Copyable = SqliteDatabase & { backup?(to: string): Promise<unknown> };
type BuiltIn = { backup?(from: SqliteDatabase, to: string): Promise<unknown> };

/**
 * Copies a database as of one moment, log and all, through a connection that only reads. Nothing stays beside it.
 *
 * Equal contents give equal bytes, so two copies can be compared by their digests.
 *
 * @param to a file that is not there yet
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const driver = await findDriver();
  // The copy takes its mode from the file that is there; it holds somebody's positions.
  await (await open(to, 'wx', 0o600)).close();
  const hadLog = existsSync(`${from}-wal`);
  const database = driver.open(from, { readOnly: true }) as Copyable;
  try {
    database.exec(`PRAGMA busy_timeout = ${SQLITE_BUSY_MS}`);
    await inReadTransaction(database, async () => {
      await backup(database, to);
      assertWhole(driver, database, to);
    });
  } finally {
    database.close();
  }
  if (!hadLog && existsSync(`${from}-wal`)) tidyLog(driver, from);
}

/**
 * Reads first: who cannot read is told so. A backup that meets a lock at its first step ends as if there were nothing to
 * copy, and while this reads nobody can lock the file against it.
 */
async function inReadTransaction(database: Copyable, work: () => Promise<void>): Promise<void> {
  // There the copy is a statement of its own, which sees one moment and fails by itself.
  const isStatement = backupOf(database) === null;
  if (!isStatement) database.exec('BEGIN');
  try {
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    await work();
  } finally {
    if (!isStatement) database.exec('ROLLBACK');
  }
}

/** A copy that says it is done and lacks pages must never be taken for the original. */
function assertWhole(driver: SqliteDriver, from: Copyable, to: string): void {
  if (backupOf(from) === null) return;
  const pagesOf = (database: SqliteDatabase): number =>
    Number((database.prepare('PRAGMA page_count').get() as { page_count: unknown }).page_count);
  const copy = driver.open(to, { readOnly: true });
  try {
    const [copied, there] = [pagesOf(copy), pagesOf(from)];
    if (copied !== there) throw new Error(`only ${copied} of ${there} pages were copied`);
  } finally {
    copy.close();
  }
  tidyLog(driver, to);
}

type Backup = (to: string) => Promise<unknown>;

function backupOf(database: Copyable): Backup | null {
  if (typeof database.backup === 'function') return database.backup.bind(database);
  const builtIn = process.getBuiltinModule?.('node:sqlite') as BuiltIn | undefined;
  const backup = builtIn?.backup;
  return typeof backup === 'function' ? (to) => backup(database, to) : null;
}

async function backup(database: Copyable, to: string): Promise<void> {
  const copy = backupOf(database);
  // As consistent, but of new pages: it wants an empty file, and there is one.
  if (copy === null) database.prepare('VACUUM INTO ?').run(to);
  else await copy(to);
}

/**
 * A reader of a database with a log leaves the log's empty files behind; a writer that comes last takes them away. There
 * is nothing in them that it could move.
 */
function tidyLog(driver: SqliteDriver, path: string): void {
  try {
    const database = driver.open(path, { readOnly: false });
    try {
      database.prepare('SELECT count(*) FROM sqlite_master').get();
    } finally {
      database.close();
    }
  } catch {
    // They mean nothing.
  }
}
