import { MemoryStore } from '../../adapters/stores/memory/memory-store.js';
import { SqliteStore } from '../../adapters/stores/sqlite/sqlite-store.js';
import { PositionMonitor } from '../../monitor/position-monitor.js';
import { EXIT_OK } from '../failure.js';
import type { LiveConfig } from '../live-config/live-config.js';
import { type LiveHost, loggerOf } from '../live-config/live-host.js';
import { onEveryEvent } from './event-lines.js';
import { Heartbeat } from './heartbeat.js';

/** What a shell calls a process that a signal ended. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * `run`: one monitor, from now until a signal. It cancels nothing when it ends: what rests goes on protecting.
 *
 * @returns the exit code; rejects when the monitor cannot start
 */
export async function runLive(live: LiveConfig, host: LiveHost, json: boolean): Promise<number> {
  const { clock, environment } = host;
  const logger = loggerOf(host);
  const request = { live, environment, clock, logger };
  // One after the other: keys that are missing are told before a feed is made.
  const exchange = await host.makeExchange(request);
  const feed = await host.makeFeed(request);
  const store =
    live.storePath === null ? new MemoryStore() : new SqliteStore({ path: live.storePath });
  const monitor = new PositionMonitor({
    config: live.config,
    exchange,
    feed,
    store,
    clock,
    logger,
  });
  const heartbeat = new Heartbeat(monitor, store, clock);
  onEveryEvent(monitor, json, (line) => host.print(line));

  let isStarting = true;
  const ending = endOnSignal(host, () => {
    // Once it runs, the heartbeat has the last word before the store is closed.
    if (isStarting) void monitor.stop().catch(() => {});
  });
  try {
    await monitor.start();
    isStarting = false;
    if (!ending.isAsked) {
      heartbeat.start();
      await ending.asked;
      await heartbeat.stop();
    }
  } catch (error) {
    // Whatever a start that was broken off complains of, its end was asked for.
    if (!ending.isAsked) throw error;
  } finally {
    await monitor.stop().catch(() => {});
    ending.disarm();
    await exchange.close().catch(() => {});
    await feed.close().catch(() => {});
  }
  return EXIT_OK;
}

interface Ending {
  readonly asked: Promise<void>;
  readonly isAsked: boolean;
  disarm(): void;
}

/** The first signal asks for a clean end, a second one does not wait for it. */
function endOnSignal(host: LiveHost, breakOff: () => void): Ending {
  let isAsked = false;
  let resolve = (): void => {};
  const asked = new Promise<void>((done) => {
    resolve = done;
  });
  const disarm = host.onStopSignal((signal) => {
    if (isAsked) {
      host.tell(`${signal} again: ending at once; what rests at the exchange stays`);
      host.exitNow(EXIT_BY_SIGNAL[signal]);
      return;
    }
    isAsked = true;
    host.tell(`${signal}: stopping; protective orders stay at the exchange`);
    breakOff();
    resolve();
  });
  return {
    asked,
    get isAsked() {
      return isAsked;
    },
    disarm,
  };
}
