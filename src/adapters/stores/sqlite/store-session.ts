import type { StoreIdentity, StoreStamp } from '../../../ports/store.js';
import { assertOwner, isUnclaimed } from '../store-owner.js';
import { BatchStatements } from './batch-statements.js';
import { checkStore, refuseForeignFile } from './check-store.js';
import { Checkpointer } from './checkpointer.js';
import { createStore, migrateStore } from './create-store.js';
import type { SqliteDatabase, SqliteDriver } from './driver.js';
import { claimFile, type FileClaim } from './file-claims.js';
import { GroupWriter } from './group-writer.js';
import { setPragmas } from './pragmas.js';
import { writeError } from './sqlite-errors.js';
import { claimStamp, readStamp } from './stamp.js';
import { canonicalPath, storeExists } from './store-file.js';
import { WalSync } from './wal-sync.js';
import { takeWriterLock, type WriterLock } from './writer-lock.js';

/** A store from `open` to `close`. */
export interface StoreSession {
  readonly path: string;
  readonly stamp: StoreStamp;
  readonly database: SqliteDatabase;
  readonly writer: GroupWriter;
  /** Makes everything durable, moves the log into the database, gives the lock back. */
  close(): Promise<void>;
}

/**
 * Opens a store for writing. Looks first and touches nothing until everything fits; a failure releases what was taken.
 *
 * @throws StoreError as `Store.open` says
 */
export async function openSession(
  driver: SqliteDriver,
  givenPath: string,
  identity: StoreIdentity,
): Promise<StoreSession> {
  const path = await canonicalPath(givenPath);
  const claim = claimFile(path, 'writer', driver);
  let lock: WriterLock | null = null;
  try {
    // Before the lock, whose file would be a trace beside a foreign database.
    if (await storeExists(path)) refuseForeignFile(path);
    lock = await takeWriterLock(claim.driver, path);
    const created = !(await storeExists(path));
    if (created) await createStore(claim.driver, path, identity);
    const owner = checkStore(claim.driver, path);
    assertOwner(owner, identity, `The store ${path}`);
    const stamp = { ...owner, ...(isUnclaimed(owner) && ownerOf(identity)), created };
    return await startWriting({ claim, lock, path, stamp, identity });
  } catch (error) {
    lock?.release();
    claim.release();
    throw error;
  }
}

interface Opened {
  readonly claim: FileClaim;
  readonly lock: WriterLock;
  readonly path: string;
  readonly stamp: StoreStamp;
  readonly identity: StoreIdentity;
}

function ownerOf({ exchangeId, accountId, mode, instanceId }: StoreIdentity) {
  return { exchangeId, accountId, mode, instanceId };
}

async function startWriting(opened: Opened): Promise<StoreSession> {
  const { claim, lock, path, stamp, identity } = opened;
  let database: SqliteDatabase | null = null;
  let sync: WalSync | null = null;
  try {
    database = claim.driver.open(path, { readOnly: false });
    setPragmas(database, 'writer', path);
    migrateStore(database);
    if (isUnclaimed(readStamp(database, path))) claimStamp(database, identity);
    const statements = new BatchStatements(database, path);
    const checkpointer = new Checkpointer(database);
    const connection = database;
    const walSync: WalSync = new WalSync({
      path,
      checkpointAll: () => checkpointer.runWhole(),
      afterSync: (isQuiet) => checkpointer.runWhenDue(isQuiet && writer.isEmpty),
    });
    sync = walSync;
    const writer: GroupWriter = new GroupWriter({
      path,
      write: (batches) => statements.write(batches),
      recorded(tickets, rowCount) {
        checkpointer.note(rowCount);
        walSync.add(tickets);
      },
    });
    await walSync.open();
    // An empty batch: its sync makes what opening wrote durable, and proves that syncing works here.
    const { durable } = writer.add({ upserts: [], deletedRegistrations: [], rowCount: 0 });
    await durable;
    const close = async (): Promise<void> => {
      writer.flush();
      await walSync.idle();
      await endWriting({ connection, walSync, checkpointer, lock, claim, path });
    };
    return { path, stamp, database, writer, close };
  } catch (error) {
    await sync?.close();
    database?.close();
    throw writeError(path, error);
  }
}

interface Writing {
  readonly connection: SqliteDatabase;
  readonly walSync: WalSync;
  readonly checkpointer: Checkpointer;
  readonly lock: WriterLock;
  readonly claim: FileClaim;
  readonly path: string;
}

async function endWriting(writing: Writing): Promise<void> {
  const { connection, walSync, checkpointer, lock, claim, path } = writing;
  let failure: unknown = null;
  try {
    checkpointer.runWhole();
    if (walSync.isGone) throw new Error('the database was removed or replaced while in use');
  } catch (error) {
    // A reader may keep the log alive; that is no loss while the log itself is on disk.
    if (!walSync.isTrusted) failure = error;
  }
  // Each step is taken whatever became of the one before: a lock must not stay behind.
  for (const step of [() => walSync.close(), () => connection.close(), () => lock.release()]) {
    try {
      await step();
    } catch (error) {
      failure ??= error;
    }
  }
  claim.release();
  if (failure !== null) throw writeError(path, failure);
}
