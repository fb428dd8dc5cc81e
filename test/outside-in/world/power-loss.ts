import { closeSync, existsSync, openSync, readSync, rmSync, truncateSync } from 'node:fs';
import { frameEnd, type WalExtent, WalScan } from '../bot/wal-scan.js';

/** Where the index of the log keeps how far it was checkpointed, and how far a checkpoint was tried. */
const BACKFILLED_AT = 96;
const BACKFILL_TRIED_AT = 128;
const INDEX_BYTES = 136;

/** A stretch of one life of the log. */
export interface LogMark {
  readonly salts: string;
  readonly frames: number;
}

export interface Cut {
  /** Frames that are left. */
  readonly left: LogMark;
  readonly lostFrames: number;
}

/** How far the log beside a dead store reaches; `null` without a log. */
export function logExtent(storePath: string): WalExtent | null {
  const path = `${storePath}-wal`;
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r');
  try {
    const readAt = (buffer: Buffer, position: number) =>
      readSync(file, buffer, 0, buffer.length, position);
    return new WalScan().extent(readAt);
  } finally {
    closeSync(file);
  }
}

/**
 * Does to the log of a dead store what power loss may do: takes the end that no sync covered.
 *
 * What a checkpoint moved, or began to move, was synced by SQLite itself before.
 *
 * @param synced how far the last sync that was told of reached
 * @param atStart what the log held when the dead process began: opening marks it as tried without a sync
 * @param share how much of what may be lost stays, 0 to 1
 */
export function cutLog(
  storePath: string,
  synced: LogMark | null,
  atStart: LogMark | null,
  share: number,
): Cut | null {
  const extent = logExtent(storePath);
  if (extent === null) return null;
  const { salts, frames, pageBytes } = extent;
  const checkpointed = checkpointedFrames(
    storePath,
    atStart?.salts === salts ? atStart.frames : -1,
  );
  const safe = Math.max(synced?.salts === salts ? synced.frames : 0, checkpointed);
  const [from, to] = [frameEnd(Math.min(safe, frames), pageBytes), frameEnd(frames, pageBytes)];
  // Anywhere, also in the middle of a page.
  truncateSync(`${storePath}-wal`, Math.round(from + (to - from) * share));
  rmSync(`${storePath}-shm`, { force: true });
  const left = logExtent(storePath);
  return {
    left: { salts, frames: left?.salts === salts ? left.frames : 0 },
    lostFrames: frames - (left?.frames ?? 0),
  };
}

function checkpointedFrames(storePath: string, framesAtStart: number): number {
  const path = `${storePath}-shm`;
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  try {
    const index = Buffer.alloc(INDEX_BYTES);
    if (readSync(file, index, 0, INDEX_BYTES, 0) < INDEX_BYTES) return 0;
    // The index lies in memory as the machine writes numbers.
    const done = nativeUInt32(index, BACKFILLED_AT);
    const tried = nativeUInt32(index, BACKFILL_TRIED_AT);
    return tried === framesAtStart ? done : Math.max(done, tried);
  } finally {
    closeSync(file);
  }
}

function nativeUInt32(buffer: Buffer, at: number): number {
  return new Uint32Array(new Uint8Array(buffer.subarray(at, at + 4)).buffer)[0] ?? 0;
}
