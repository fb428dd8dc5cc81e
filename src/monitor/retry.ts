import type { ErrorCode } from '../errors/codes.js';
import { isMonitorError } from '../errors/position-monitor-error.js';
import { CONNECT_RETRY_MAX_MS, CONNECT_RETRY_MS } from '../limits.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

/** A pause that ends early, and for good, when the monitor is stopped. */
export class Stoppable {
  #stopped = false;
  #wake: (() => void) | null = null;
  readonly #waiting = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    for (const giveUp of this.#waiting) giveUp();
  }

  /** Waits for something of the outside, but not longer than until the monitor is stopped. */
  async unlessStopped<Result>(task: () => Promise<Result>): Promise<Result> {
    /** It may have been stopped while something else was waited for. */
    if (this.#stopped) throw stoppedWhileStarting();
    let giveUp = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      giveUp = () => reject(stoppedWhileStarting());
    });
    this.#waiting.add(giveUp);
    try {
      return await Promise.race([task(), stopped]);
    } finally {
      this.#waiting.delete(giveUp);
    }
  }

  pause(clock: Clock, delayMs: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => {
        this.#wake = null;
        resolve();
      }, delayMs);
      this.#wake = () => {
        clock.clearTimer(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}

function stoppedWhileStarting(): Error {
  return new Error('the monitor was stopped while it was starting');
}

/** A line that is down and answers that cannot be read say nothing about the next attempt. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set(['EXCHANGE_UNREACHABLE', 'EXCHANGE_PROTOCOL']);

/** Whether trying again would bring the same: a refusal for a reason that will not go away, or a mistake in a program. */
export function isRefused(error: unknown): boolean {
  if (isMonitorError(error)) return !error.retryable && !TRANSIENT.has(error.code);
  /** Runtimes report network trouble as a TypeError with a cause; one without is a mistake in a program. */
  return error instanceof TypeError && error.cause === undefined;
}

/**
 * Repeats what fails because the exchange cannot be reached, with doubling pauses; what is refused for a reason that
 * will not go away is thrown at once.
 *
 * Errors that are not this package's are taken for trouble on the way.
 */
export async function untilReached<Result>(
  task: () => Promise<Result>,
  what: string,
  context: { readonly clock: Clock; readonly logger: Logger; readonly stoppable: Stoppable },
): Promise<Result> {
  let delayMs = CONNECT_RETRY_MS;
  for (;;) {
    try {
      return await context.stoppable.unlessStopped(task);
    } catch (error) {
      if (isRefused(error) || context.stoppable.stopped) throw error;
      context.logger.warn(
        { what, retryInMs: delayMs, error: error instanceof Error ? error.message : String(error) },
        'it could not be reached; trying again',
      );
      await context.stoppable.pause(context.clock, delayMs);
      if (context.stoppable.stopped) throw error;
      delayMs = Math.min(delayMs * 2, CONNECT_RETRY_MAX_MS);
    }
  }
}
