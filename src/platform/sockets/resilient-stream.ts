import {
  STREAM_AGE_JITTER,
  STREAM_OPEN_WITHIN_MS,
  STREAM_OVERLAP_MS,
  STREAM_PROOF_WITHIN_MS,
} from '../../limits.js';
import type { TimerHandle } from '../../ports/clock.js';
import { Connection } from './connection.js';
import type { ResilientStream, ResilientStreamOptions } from './stream-options.js';

/**
 * One stream that stays alive over many connections. At any time there is at most one connection in force and at most
 * one that is about to replace it.
 */
export function createResilientStream(options: ResilientStreamOptions): ResilientStream {
  return new Stream(options);
}

class Stream implements ResilientStream {
  readonly #options: ResilientStreamOptions;
  #phase: 'idle' | 'opening' | 'running' | 'closed' = 'idle';
  /** In force, or on its way to be. */
  #current: Connection | null = null;
  #next: Connection | null = null;
  /** Connections in a row that failed or did not last. */
  #failures = 0;
  readonly #timers = new Map<TimerName, TimerHandle>();
  #opening: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  constructor(options: ResilientStreamOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#current?.isOpen ?? false;
  }

  open(): Promise<void> {
    if (this.#phase !== 'idle') {
      return Promise.reject(
        new Error(this.#phase === 'closed' ? 'the stream is closed' : 'the stream is open already'),
      );
    }
    this.#phase = 'opening';
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#connect();
    });
  }

  send(data: string): boolean {
    return this.#current?.send(data) ?? false;
  }

  reconnect(reason: string): void {
    if (this.#current?.isOpen) this.#lost(this.#current, reason);
  }

  replace(): void {
    if (this.#phase !== 'running' || this.#next !== null || !this.#current?.isOpen) return;
    this.#clear('renewal');
    this.#next = this.#newConnection();
  }

  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#clear('retry', 'silence', 'renewal', 'handover');
    this.#current?.dispose();
    this.#next?.dispose();
    this.#current = null;
    this.#next = null;
    this.#settleOpening(new Error('the stream was closed'));
  }

  #connect(): void {
    this.#current = this.#newConnection();
  }

  #newConnection(): Connection {
    const { url, clock, createWebSocket, onMessage, onBytes } = this.#options;
    return new Connection({
      url,
      clock,
      createWebSocket,
      openWithinMs: STREAM_OPEN_WITHIN_MS,
      onOpen: (connection) => this.#opened(connection),
      onMessage: (connection, data, receivedAt) => {
        const isProof = onMessage(data, receivedAt, connection === this.#next) !== false;
        if (isProof) this.#heard(connection, receivedAt);
      },
      onBytes:
        onBytes === undefined
          ? null
          : (connection, data, receivedAt) => {
              const isProof = onBytes(data, receivedAt, connection === this.#next) !== false;
              if (isProof) this.#heard(connection, receivedAt);
            },
      onLost: (connection, reason) => this.#lost(connection, reason),
    });
  }

  #opened(connection: Connection): void {
    const { onOpen, onState } = this.#options;
    const isReplacement = connection === this.#next;
    if (isReplacement) {
      this.#set('handover', STREAM_PROOF_WITHIN_MS, () => this.#judgeReplacement());
    } else {
      this.#phase = 'running';
      this.#settleOpening(null);
      this.#watchOver(connection);
      onState('up', 'connected');
    }
    // What `onState` did may have ended it.
    if (connection.isOpen) onOpen((data) => connection.send(data), isReplacement);
  }

  /** A frame that is a sign of life. */
  #heard(connection: Connection, receivedAt: number): void {
    if (!connection.isOpen) return;
    connection.heardAt = receivedAt;
    if (connection.hasDelivered) return;
    connection.hasDelivered = true;
    if (connection === this.#next) this.#endOverlapLater();
  }

  #lost(connection: Connection, reason: string): void {
    connection.dispose();
    if (connection === this.#next) {
      this.#replacementFailed(reason);
      return;
    }
    if (connection !== this.#current) return;
    const wasUp = connection.wasOpen;
    this.#clear('silence', 'renewal');
    if (this.#next?.isOpen) {
      this.#takeOver('lost');
      return;
    }
    this.#current = null;
    if (this.#phase === 'opening') {
      this.#phase = 'idle';
      this.#settleOpening(new Error(`the stream cannot be opened: ${reason}`));
      return;
    }
    this.#countFailure(connection);
    if (this.#next !== null) {
      // It is on its way already; from here on it is no replacement but the connection.
      this.#current = this.#next;
      this.#next = null;
      this.#clear('handover');
    } else {
      this.#set('retry', this.#delayMs(), () => this.#connect());
    }
    if (wasUp) this.#options.onState('down', reason);
  }

  /** Silence and age of the connection in force. */
  #watchOver(connection: Connection): void {
    const { maxAgeMs, silentAfterMs, random } = this.#options;
    if (Number.isFinite(maxAgeMs)) {
      const spread = maxAgeMs * STREAM_AGE_JITTER * random();
      const age = this.#options.clock.monotonic() - connection.openedAt;
      this.#set('renewal', maxAgeMs - spread - age, () => this.replace());
    }
    if (Number.isFinite(silentAfterMs)) this.#watchSilence(connection);
  }

  #watchSilence(connection: Connection): void {
    const { clock, silentAfterMs } = this.#options;
    const left = connection.heardAt + silentAfterMs - clock.monotonic();
    if (left <= 0) this.#lost(connection, 'silent');
    else this.#set('silence', left, () => this.#watchSilence(connection));
  }

  #endOverlapLater(): void {
    const { overlapMs = STREAM_OVERLAP_MS } = this.#options;
    this.#set('handover', overlapMs, () => this.#takeOver('planned'));
  }

  /** Its time to show something is over. */
  #judgeReplacement(): void {
    if (this.#next === null) return;
    const { silentAfterMs, isSilenceNormal } = this.#options;
    if (isSilenceNormal?.() ?? !Number.isFinite(silentAfterMs)) {
      this.#takeOver('planned');
      return;
    }
    this.#next.dispose();
    this.#replacementFailed('silent');
  }

  #replacementFailed(reason: string): void {
    this.#next = null;
    this.#clear('handover');
    this.#failures += 1;
    this.#set('renewal', this.#delayMs(), () => this.replace());
    this.#options.onReplacementFailed?.(reason);
  }

  #takeOver(how: 'planned' | 'lost'): void {
    const next = this.#next;
    if (next === null) return;
    this.#clear('handover', 'silence', 'renewal');
    this.#current?.dispose();
    this.#current = next;
    this.#next = null;
    this.#failures = 0;
    this.#watchOver(next);
    this.#options.onReplaced?.(how);
  }

  /** A connection that lasted starts the back-off anew; one that is accepted and dropped again does not. */
  #countFailure(connection: Connection): void {
    const { clock, reconnectMaxMs } = this.#options;
    const lasted = connection.wasOpen ? clock.monotonic() - connection.openedAt : 0;
    this.#failures = lasted >= reconnectMaxMs ? 1 : this.#failures + 1;
  }

  /** Half of it random: many streams that were lost at one moment do not come back at one moment. */
  #delayMs(): number {
    const { reconnectMinMs, reconnectMaxMs, random } = this.#options;
    const full = Math.min(reconnectMinMs * 2 ** Math.min(this.#failures - 1, 30), reconnectMaxMs);
    return full * (0.5 + 0.5 * random());
  }

  #settleOpening(error: Error | null): void {
    const opening = this.#opening;
    this.#opening = null;
    if (error === null) opening?.resolve();
    else opening?.reject(error);
  }

  /** One timer a name: setting it again moves it. */
  #set(name: TimerName, delayMs: number, then: () => void): void {
    this.#clear(name);
    this.#timers.set(name, this.#options.clock.setTimer(then, delayMs));
  }

  #clear(...names: readonly TimerName[]): void {
    for (const name of names) {
      this.#options.clock.clearTimer(this.#timers.get(name));
      this.#timers.delete(name);
    }
  }
}

/** `retry`: next attempt; `silence`: watchdog; `renewal`: age; `handover`: end of an overlap. */
type TimerName = 'retry' | 'silence' | 'renewal' | 'handover';
