const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Reads part of a file; returns how many bytes there were. */
export type ReadAt = (buffer: Buffer, position: number) => number;

/** How far the write-ahead log of SQLite reaches. */
export interface WalExtent {
  /** Name of this life of the log: it begins anew after a checkpoint, with other salts. */
  readonly salts: string;
  /** Frames up to and including the last one that ends a transaction. */
  readonly frames: number;
  readonly pageBytes: number;
}

/**
 * Follows a write-ahead log by its frame headers.
 *
 * Frames of an earlier life may stand behind the last one: they have other salts. Checksums are left to SQLite.
 */
export class WalScan {
  #salts = '';
  #frames = 0;
  #pageBytes = 0;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #frame = Buffer.alloc(FRAME_HEADER_BYTES);

  /** `null` when there is no log. */
  extent(readAt: ReadAt): WalExtent | null {
    if (readAt(this.#header, 0) < HEADER_BYTES) return null;
    const salts = this.#header.toString('hex', 16, 24);
    if (salts !== this.#salts) {
      this.#salts = salts;
      this.#frames = 0;
      this.#pageBytes = this.#header.readUInt32BE(8);
    }
    for (let index = this.#frames; ; index += 1) {
      const position = frameEnd(index, this.#pageBytes);
      const isThere =
        readAt(this.#frame, position) === FRAME_HEADER_BYTES &&
        this.#frame.toString('hex', 8, 16) === salts;
      if (!isThere) break;
      // Only the last frame of a transaction carries the size of the database.
      if (this.#frame.readUInt32BE(4) !== 0) this.#frames = index + 1;
    }
    return { salts, frames: this.#frames, pageBytes: this.#pageBytes };
  }
}

/** Where the frame with this number (from 1) ends, bytes; of 0, where the header ends. */
export function frameEnd(frames: number, pageBytes: number): number {
  return HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytes);
}
