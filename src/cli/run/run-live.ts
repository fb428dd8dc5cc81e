import { MemoryStore } from '../../adapters/stores/memory/memory-store.js';
import { SqliteStore } from '../../adapters/stores/sqlite/sqlite-store.js';
import { PositionMonitor } from '../../monitor/position-monitor.js';
import { createRequestLanes } from '../../platform/request-lanes.js';
import { EXIT_OK } from '../failure.js';
import type { LiveConfig } from '../live-config/live-config.js';
import { type LiveHost, loggerOf } from '../live-config/live-host.js';
import type { ListenAddress } from '../serve/listen-address.js';
import { readPageToken } from '../serve/page-token.js';
import type { Serving, ServingOptions } from '../serve/serving.js';
import { eventLine, onEveryEvent } from './event-lines.js';
import { Heartbeat } from './heartbeat.js';

/** What a shell calls a process that a signal ended. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;

export interface RunOptions {
  /** Events as JSON objects. */
  readonly json: boolean;
  /** Where health, metrics and the live page are served; `null` = nowhere. */
  readonly listen: ListenAddress | null;
  readonly version: string;
}

/**
 * `run`: one monitor, from now until a signal. It cancels nothing when it ends: what rests goes on protecting.
 *
 * @returns the exit code; rejects when the monitor cannot start
 */
export async function runLive(
  live: LiveConfig,
  host: LiveHost,
  options: RunOptions,
): Promise<number> {
  const { clock, environment } = host;
  const logger = loggerOf(host);
  const request = { live, environment, clock, logger };
  // One after the other: what is missing is told before anything is made.
  const token = options.listen === null ? null : await readPageToken(environment, options.listen);
  const exchange = await host.makeExchange(request);
  const feed = await host.makeFeed(request);
  const scheduler = createRequestLanes(clock);
  const serving =
    options.listen === null
      ? null
      : await makeServing({
          address: options.listen,
          token,
          version: options.version,
          exchange,
          feed,
          scheduler,
          clock,
          tell: (line) => host.tell(line),
        });
  const store =
    live.storePath === null ? new MemoryStore() : new SqliteStore({ path: live.storePath });
  const monitor = new PositionMonitor({
    config: live.config,
    exchange: serving?.exchange ?? exchange,
    feed: serving?.feed ?? feed,
    store,
    clock,
    logger,
    scheduler,
  });
  const heartbeat = new Heartbeat(monitor, store, clock);
  onEveryEvent(monitor, (name, payload) => {
    host.print(eventLine(name, payload, options.json));
    serving?.event(name, payload);
  });

  let isStarting = true;
  const ending = endOnSignal(host, () => {
    // Once it runs, the heartbeat has the last word before the store is closed.
    if (isStarting) void monitor.stop().catch(() => {});
  });
  try {
    // Before the start, which may take as long as the exchange cannot be reached.
    if (serving !== null) host.tell(`the live page is at ${await serving.listen(monitor)}`);
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
    await serving?.close().catch(() => {});
    await exchange.close().catch(() => {});
    await feed.close().catch(() => {});
  }
  return EXIT_OK;
}

/** Loaded when it is asked for: the other commands start without it. */
async function makeServing(options: ServingOptions): Promise<Serving> {
  const { Serving } = await import('../serve/serving.js');
  return new Serving(options);
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
