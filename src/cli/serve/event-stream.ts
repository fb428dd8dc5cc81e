import type { ServerResponse } from 'node:http';
import {
  PAGE_BEAT_MS,
  PAGE_LISTENERS_MAX,
  PAGE_RECENT_BYTES_MAX,
  PAGE_RECENT_EVENTS_MAX,
  PAGE_UNREAD_BYTES_MAX,
} from '../../limits.js';
import type { EventBase } from '../../model/monitor-event.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';

interface Told {
  readonly seq: number;
  readonly text: string;
}

/**
 * Tells events to everybody who listens, as server-sent events: one JSON object each, its `seq` as the id.
 *
 * Nobody is waited for: a listener that leaves too much unread is dropped, and comes back where it left off.
 */
export class EventStream {
  readonly #clock: Clock;
  readonly #listeners = new Set<ServerResponse>();
  readonly #recent: Told[] = [];
  #recentBytes = 0;
  #timer: TimerHandle | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return this.#listeners.size < PAGE_LISTENERS_MAX;
  }

  tell(name: string, payload: EventBase): void {
    const { seq } = payload;
    const text = `id: ${seq}\ndata: ${JSON.stringify({ name, ...payload })}\n\n`;
    this.#recent.push({ seq, text });
    this.#recentBytes += text.length;
    while (
      this.#recent.length > PAGE_RECENT_EVENTS_MAX ||
      (this.#recentBytes > PAGE_RECENT_BYTES_MAX && this.#recent.length > 1)
    ) {
      this.#recentBytes -= this.#recent.shift()?.text.length ?? 0;
    }
    for (const listener of this.#listeners) this.#write(listener, text);
  }

  /**
   * Lets a listener hear from now on, and of what was told lately.
   *
   * @param afterSeq the last event that it knows; `null` = it knows none
   * @param recent most events that it is told of first
   */
  add(listener: ServerResponse, afterSeq: number | null, recent: number): void {
    this.#listeners.add(listener);
    listener.on('close', () => this.#forget(listener));
    const known = afterSeq ?? Number.NEGATIVE_INFINITY;
    const missed = this.#recent.filter(({ seq }) => seq > known);
    const first = missed.slice(afterSeq === null ? Math.max(0, missed.length - recent) : 0);
    this.#write(listener, `retry: 2000\n\n${first.map(({ text }) => text).join('')}`);
    this.#timer ??= this.#clock.setTimer(() => this.#beat(), PAGE_BEAT_MS);
  }

  /** Ends every connection when all was sent that it reads at once. */
  close(): void {
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  #beat(): void {
    this.#timer =
      this.#listeners.size === 0 ? null : this.#clock.setTimer(() => this.#beat(), PAGE_BEAT_MS);
    for (const listener of this.#listeners) this.#write(listener, ': alive\n\n');
  }

  #write(listener: ServerResponse, text: string): void {
    listener.write(text);
    if (listener.writableLength <= PAGE_UNREAD_BYTES_MAX) return;
    this.#forget(listener);
    listener.destroy();
  }

  #forget(listener: ServerResponse): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || this.#timer === null) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}
