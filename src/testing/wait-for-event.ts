import type { MonitorListener } from '../events/isolated-emitter.js';
import type { MonitorEventMap, MonitorEventName } from '../model/monitor-event.js';

/** The part of a monitor that events are heard from. */
export interface EventSource {
  on<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): unknown;
  off<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): unknown;
}

/**
 * Resolves with the next event of a name that fits; tests wait for it instead of sleeping.
 *
 * It waits as long as it takes: the test runner's own limit ends a test in which the event never comes.
 *
 * @example
 * const closed = waitForEvent(monitor, 'tranche:closed', (event) => event.symbol === 'BTCUSDT');
 * feed.tick('BTCUSDT', 42_000);
 * (await closed).reason; // 'stop-loss'
 */
export function waitForEvent<Name extends MonitorEventName>(
  source: EventSource,
  name: Name,
  fits: (payload: MonitorEventMap[Name]) => boolean = () => true,
): Promise<MonitorEventMap[Name]> {
  return new Promise((resolve) => {
    const listener: MonitorListener<Name> = (payload) => {
      if (!fits(payload)) return;
      source.off(name, listener);
      resolve(payload);
    };
    source.on(name, listener);
  });
}
