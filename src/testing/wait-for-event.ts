import type { MonitorListener } from '../events/isolated-emitter.js';
import { EVENT_NAMES } from '../model/event-names.js';
import type { MonitorEventMap, MonitorEventName } from '../model/monitor-event.js';
import { SystemClock } from '../platform/system-clock.js';
import type { Clock } from '../ports/clock.js';

/** The part of a monitor that events are heard from. */
export interface EventSource {
  on<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): unknown;
  off<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): unknown;
}

/** Which event is waited for, and for how long. */
export interface WaitOptions<Name extends MonitorEventName> {
  /** Whether an event of the name is the one that is meant. Default: the first one is. */
  readonly where?: (payload: MonitorEventMap[Name]) => boolean;
  /**
   * Rejects when the event has not come after this long, ms of `clock`. Default 60,000 with a clock, else no limit:
   * the test runner's own limit ends the test then.
   */
  readonly withinMs?: number;
  /**
   * The clock that measures `withinMs`: that of the monitor. Default: the system's.
   *
   * A `ManualClock` is not moved by waiting; `runUntil` does that.
   */
  readonly clock?: Clock;
}

/** Longest wait on a clock that was handed in, ms. Long enough for every bound of the monitor to pass. */
const WAIT_LIMIT_MS = 60_000;

/**
 * Resolves with the next event of a name that fits; tests wait for it instead of sleeping.
 *
 * Ask for it before you do what causes it: events that were told already are in `monitor.history()`.
 *
 * @param which the events that are meant, as a function, or the filter together with a time limit
 * @throws Error when the time limit is over; the message lists what was heard instead
 * @example
 * const closed = waitForEvent(monitor, 'tranche:closed', (event) => event.symbol === 'BTCUSDT');
 * feed.tick('BTCUSDT', 42_000);
 * (await closed).reason; // 'stop-loss'
 *
 * const lost = waitForEvent(monitor, 'order:unresolved', { clock, withinMs: 10_000 });
 * await runUntil(clock, lost); // rejects after ten seconds of the manual clock
 */
export function waitForEvent<Name extends MonitorEventName>(
  source: EventSource,
  name: Name,
  which: WaitOptions<Name> | ((payload: MonitorEventMap[Name]) => boolean) = {},
): Promise<MonitorEventMap[Name]> {
  const options = typeof which === 'function' ? { where: which } : which;
  const { where = () => true } = options;
  const limitMs = options.withinMs ?? (options.clock ? WAIT_LIMIT_MS : undefined);
  return new Promise((resolve, reject) => {
    const end = limitMs === undefined ? () => {} : endAfter(limitMs);
    const listener: MonitorListener<Name> = (payload) => {
      try {
        if (!where(payload)) return;
        resolve(payload);
      } catch (error) {
        // A filter that throws is a defect of the test, not of a listener of the monitor.
        reject(error);
      }
      source.off(name, listener);
      end();
    };
    source.on(name, listener);

    /** Starts the limit; what it returns ends it. */
    function endAfter(ms: number): () => void {
      const clock = options.clock ?? new SystemClock();
      const heard = listen(source);
      const timer = clock.setTimer(() => {
        source.off(name, listener);
        heard.stop();
        reject(new Error(`no ${name} that fits came within ${ms} ms; ${heard.text()}`));
      }, ms);
      return () => {
        clock.clearTimer(timer);
        heard.stop();
      };
    }
  });
}

/** Counts every event, for the message of a wait in vain. */
function listen(source: EventSource): { text(): string; stop(): void } {
  const counts = new Map<MonitorEventName, number>();
  const listeners = EVENT_NAMES.map((name) => {
    const listener = (): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
    source.on(name, listener);
    return () => source.off(name, listener);
  });
  return {
    text: () =>
      counts.size === 0
        ? 'nothing was heard meanwhile'
        : `heard meanwhile: ${[...counts].map(([name, count]) => `${name} (${count})`).join(', ')}`,
    stop: () => {
      for (const off of listeners) off();
    },
  };
}
