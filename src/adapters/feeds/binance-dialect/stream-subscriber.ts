import {
  FEED_ACK_WITHIN_MS,
  FEED_COMMAND_PAUSE_MS,
  FEED_STREAMS_PER_COMMAND,
} from '../../../limits.js';
import type { SendFrame } from '../../../platform/sockets/stream-options.js';
import type { Clock, TimerHandle } from '../../../ports/clock.js';

/**
 * Brings the subscriptions of one connection to what is wanted, at the pace that the exchange allows.
 *
 * There is no queue of commands: each command is the difference at the moment it leaves, so that many changes in a
 * short time cost few commands.
 */
export class StreamSubscriber {
  readonly #clock: Clock;
  readonly #send: SendFrame;
  readonly #wanted: ReadonlySet<string>;
  readonly #onRefused: (names: readonly string[], reason: string) => void;
  /** What the exchange was asked for and did not refuse. */
  readonly #asked = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #again = new Set<string>();
  readonly #unanswered = new Map<number, Command>();
  #pause: TimerHandle = null;
  #lastId = 0;
  /** One name that the exchange cannot read refuses its whole command: the next ones are smaller, down to the culprit. */
  #namesMax = FEED_STREAMS_PER_COMMAND;

  /** @param wanted live: `update()` reads it again */
  constructor(
    clock: Clock,
    send: SendFrame,
    wanted: ReadonlySet<string>,
    onRefused: (names: readonly string[], reason: string) => void,
  ) {
    this.#clock = clock;
    this.#send = send;
    this.#wanted = wanted;
    this.#onRefused = onRefused;
    this.update();
  }

  /** Whether all that is wanted was asked for and answered. */
  get isComplete(): boolean {
    for (const { method } of this.#unanswered.values()) if (method === 'SUBSCRIBE') return false;
    for (const name of this.#wanted) {
      if (!this.#asked.has(name) && !this.#refused.has(name)) return false;
    }
    return true;
  }

  update(): void {
    if (this.#pause !== null) return;
    const command = this.#next();
    if (command === null) return;
    this.#lastId += 1;
    const { method, names } = command;
    if (this.#send(JSON.stringify({ method, params: names, id: this.#lastId }))) {
      this.#note(this.#lastId, command);
    }
    this.#pause = this.#clock.setTimer(() => {
      this.#pause = null;
      this.update();
    }, FEED_COMMAND_PAUSE_MS);
  }

  /** Subscribes the stream anew, because it is silent although it was acknowledged. */
  resubscribe(name: string): void {
    if (this.#asked.has(name)) this.#again.add(name);
    this.update();
  }

  /** @param error null = accepted */
  answered(id: number, error: string | null): void {
    const command = this.#unanswered.get(id);
    if (command === undefined) return;
    this.#forget(id, command);
    if (command.method === 'SUBSCRIBE') this.#judge(command.names, error);
    this.update();
  }

  dispose(): void {
    this.#clock.clearTimer(this.#pause);
    // Stays set: nothing is sent any more.
    this.#pause = {};
    for (const { timer } of this.#unanswered.values()) this.#clock.clearTimer(timer);
    this.#unanswered.clear();
  }

  #judge(names: readonly string[], error: string | null): void {
    if (error === null) {
      this.#namesMax = Math.min(this.#namesMax * 2, FEED_STREAMS_PER_COMMAND);
      return;
    }
    for (const name of names) this.#asked.delete(name);
    if (names.length > 1) {
      this.#namesMax = Math.ceil(names.length / 2);
      return;
    }
    for (const name of names) this.#refused.add(name);
    this.#onRefused(names, error);
  }

  #next(): { readonly method: Method; readonly names: readonly string[] } | null {
    if (this.#again.size > 0)
      return { method: 'UNSUBSCRIBE', names: firstOf(this.#again, this.#namesMax) };
    const missing = firstOf(
      this.#wanted,
      this.#namesMax,
      (name) => !this.#asked.has(name) && !this.#refused.has(name),
    );
    if (missing.length > 0) return { method: 'SUBSCRIBE', names: missing };
    // One stream may replace others: they go when it is there.
    if (!this.isComplete) return null;
    const superfluous = firstOf(this.#asked, this.#namesMax, (name) => !this.#wanted.has(name));
    return superfluous.length > 0 ? { method: 'UNSUBSCRIBE', names: superfluous } : null;
  }

  #note(
    id: number,
    { method, names }: { readonly method: Method; readonly names: readonly string[] },
  ): void {
    for (const name of names) {
      if (method === 'SUBSCRIBE') this.#asked.add(name);
      else this.#asked.delete(name);
      this.#again.delete(name);
    }
    const timer = this.#clock.setTimer(() => this.#missed(id), FEED_ACK_WITHIN_MS);
    this.#unanswered.set(id, { method, names, timer });
  }

  #missed(id: number): void {
    const command = this.#unanswered.get(id);
    if (command === undefined) return;
    this.#unanswered.delete(id);
    if (command.method === 'SUBSCRIBE') for (const name of command.names) this.#asked.delete(name);
    this.update();
  }

  #forget(id: number, command: Command): void {
    this.#clock.clearTimer(command.timer);
    this.#unanswered.delete(id);
  }
}

type Method = 'SUBSCRIBE' | 'UNSUBSCRIBE';

interface Command {
  readonly method: Method;
  readonly names: readonly string[];
  readonly timer: TimerHandle;
}

function firstOf(
  names: Iterable<string>,
  max: number,
  isMeant: (name: string) => boolean = () => true,
): readonly string[] {
  const found: string[] = [];
  for (const name of names) {
    if (found.length >= max) break;
    if (isMeant(name)) found.push(name);
  }
  return found;
}
