import { STREAM_CANARIES_MAX, STREAM_CANARY_MS } from '../../../../limits.js';
import type { Clock, TimerHandle } from '../../../../ports/clock.js';

/**
 * Notices a stream that is connected and silent.
 *
 * Every order that the exchange accepts must show on the account stream. One that has not after a while proves that the
 * stream delivers nothing, however healthy its connection looks.
 */
export class StreamCanary {
  readonly #clock: Clock;
  readonly #onSilence: (clientOrderId: string) => void;
  /** `null` = sent, not accepted yet. */
  readonly #awaited = new Map<string, TimerHandle | null>();

  constructor(clock: Clock, onSilence: (clientOrderId: string) => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** An order leaves. Its first word may come before its answer. */
  sent(clientOrderId: string): void {
    if (this.#awaited.size >= STREAM_CANARIES_MAX) return;
    this.heard(clientOrderId);
    this.#awaited.set(clientOrderId, null);
  }

  accepted(clientOrderId: string): void {
    if (this.#awaited.get(clientOrderId) !== null) return;
    this.#awaited.set(
      clientOrderId,
      this.#clock.setTimer(() => {
        this.#awaited.delete(clientOrderId);
        this.#onSilence(clientOrderId);
      }, STREAM_CANARY_MS),
    );
  }

  /** It was refused, or nobody knows: it proves nothing. */
  dismissed(clientOrderId: string): void {
    if (this.#awaited.get(clientOrderId) === null) this.#awaited.delete(clientOrderId);
  }

  heard(clientOrderId: string | undefined): void {
    if (clientOrderId === undefined) return;
    const timer = this.#awaited.get(clientOrderId);
    if (timer !== undefined && timer !== null) this.#clock.clearTimer(timer);
    this.#awaited.delete(clientOrderId);
  }

  /** What came meanwhile is lost anyway; a comparison makes good for it. */
  clear(): void {
    for (const timer of this.#awaited.values()) {
      if (timer !== null) this.#clock.clearTimer(timer);
    }
    this.#awaited.clear();
  }
}
