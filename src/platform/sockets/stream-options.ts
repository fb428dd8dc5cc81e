import type { Clock } from '../../ports/clock.js';
import type { CreateWebSocket } from './web-socket-like.js';

/**
 * Keeps one stream alive: connects, notices silence, reconnects with back-off and jitter, replaces a connection that gets
 * old while the old one still delivers.
 */
export interface ResilientStreamOptions {
  /** Asked before every connection: the address may hold a key that changes. A rejection counts as a failed attempt. */
  readonly url: () => Promise<string> | string;
  readonly clock: Clock;
  readonly createWebSocket: CreateWebSocket;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** First delay of the back-off, doubling up to the maximum, ms. */
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  /** A connection is replaced after this, new before old, ms. */
  readonly maxAgeMs: number;
  /** No frame at all for so long: the connection is dead, ms. `Infinity` = silence is normal. */
  readonly silentAfterMs: number;
  /**
   * Whether a replacement that shows nothing is as good as one that does. Default: whether `silentAfterMs` is infinite.
   */
  readonly isSilenceNormal?: () => boolean;
  /** How long the old connection goes on after the new one has delivered, ms. Default: `STREAM_OVERLAP_MS`. */
  readonly overlapMs?: number;
  /**
   * A frame of the connection in force, or of the one that is about to replace it: in the overlap both deliver, and
   * the same event comes twice.
   *
   * Return `false` for a frame that proves nothing (an acknowledgement): it is then no sign of life. A replacement
   * takes over only after a frame that is one, or, where silence is normal, after `STREAM_PROOF_WITHIN_MS`.
   */
  readonly onMessage: (data: string, receivedAt: number, isReplacement: boolean) => unknown;
  /** In place of `onMessage` for frames that come as bytes, which hold as long as the call. Absent: all frames are text. */
  readonly onBytes?: (data: Uint8Array, receivedAt: number, isReplacement: boolean) => unknown;
  /** A new connection is open, before any frame of it: the place to subscribe. `send` is bound to it. */
  readonly onOpen: (send: SendFrame, isReplacement: boolean) => void;
  /** The replacement is now the connection in force. `lost`: the old one went before the overlap was over. */
  readonly onReplaced?: (how: 'planned' | 'lost') => void;
  /** The replacement went before it took over; the old connection stays. */
  readonly onReplacementFailed?: (reason: string) => void;
  /** `up` after a successful connect, `down` when there is none. A planned replacement that works is neither. */
  readonly onState: (state: 'up' | 'down', reason: string) => void;
}

/** Sends on one connection. False when that connection is not open any more. */
export type SendFrame = (data: string) => boolean;

export interface ResilientStream {
  /**
   * Resolves with the first connection; goes on trying by itself afterwards. Rejects when the first attempt fails, and
   * may be called again then. Rejects for ever after `close()`.
   */
  open(): Promise<void>;
  /** Sends on the connection in force. False when there is none. */
  send(data: string): boolean;
  /** Drops the connection and makes a new one, e.g. because its key is gone. */
  reconnect(reason: string): void;
  /** Makes a new connection beside the one in force, which goes once the new one delivers. */
  replace(): void;
  /** Final: no callback follows. */
  close(): void;
  readonly isUp: boolean;
}
