import fs from 'node:fs';
import { say } from './say.js';
import { WalScan } from './wal-scan.js';

/** A disk that pretends does so only after these: a store that forgets that it ever was proves nothing. */
const HONEST_SYNCS = 5;

type Done = (error: Error | null) => void;

/**
 * Tells how much of the log each finished sync covered: what stood in it when the sync began.
 *
 * @param delayMs longest delay of a sync: slow disks keep commits open for power loss to take
 * @param isFake the disk only pretends
 */
export function watchSyncs(delayMs: number, isFake: boolean): void {
  const sync = fs.fdatasync;
  const scan = new WalScan();
  let count = 0;
  const watched = (fd: number, done: Done): void => {
    count += 1;
    if (isFake && count > HONEST_SYNCS) {
      setImmediate(done, null);
      return;
    }
    const extent = scan.extent((buffer, position) =>
      fs.readSync(fd, buffer, 0, buffer.length, position),
    );
    const finish: Done = (error) => {
      if (error === null && extent !== null) {
        say({ say: 'synced', salts: extent.salts, frames: extent.frames });
      }
      done(error);
    };
    if (delayMs === 0) sync(fd, finish);
    else setTimeout(() => sync(fd, finish), Math.random() * delayMs);
  };
  fs.fdatasync = watched as typeof fs.fdatasync;
}
