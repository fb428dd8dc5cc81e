import { isMonitorError } from '../../errors/position-monitor-error.js';
import { VERIFY_UNREAD_MAX } from '../../limits.js';
import { EXIT_OK } from '../failure.js';
import { AccountReader } from '../live-config/account-reader.js';
import type { LiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { moment } from '../text.js';
import { verifyText } from './print-verify.js';
import { type CoverReport, readCover } from './verify.js';

export interface WatchOptions {
  readonly json: boolean;
  /** Pause between two looks, ms. */
  readonly everyMs: number;
  /** Exit code of a gap. */
  readonly gapCode: number;
}

/** What one connection came to. */
type Ended = { readonly kind: 'gap' } | { readonly kind: 'asked' };

/**
 * Looks again and again, over one connection for as long as it lasts.
 *
 * @returns the exit code: of the first gap, or that of a clean end when a signal asked for it
 * @throws what kept it from reading, several times in a row or for good
 */
export async function watchCover(
  live: LiveConfig,
  host: LiveHost,
  { json, everyMs, gapCode }: WatchOptions,
): Promise<number> {
  const stop = stopOnSignal(host);
  let failures = 0;
  const look = async (reader: AccountReader): Promise<Ended> => {
    while (!stop.isAsked) {
      const { report } = await readCover(reader, live, host);
      failures = 0;
      tell(host, report, json);
      if (!report.protected) return { kind: 'gap' };
      await stop.orAfter(everyMs);
    }
    return { kind: 'asked' };
  };
  try {
    for (;;) {
      try {
        const { kind } = await AccountReader.with(live, host, look);
        return kind === 'gap' ? gapCode : EXIT_OK;
      } catch (error) {
        if (stop.isAsked) return EXIT_OK;
        failures += 1;
        if (failures >= VERIFY_UNREAD_MAX || !mayPass(error)) throw error;
        host.tell(`warning: ${messageOf(error)}; looking again in ${everyMs} ms`);
        await stop.orAfter(everyMs);
        if (stop.isAsked) return EXIT_OK;
      }
    }
  } finally {
    stop.disarm();
  }
}

/** A line while all is well, the whole table when it is not. */
function tell(host: LiveHost, report: CoverReport, json: boolean): void {
  if (json) host.print(JSON.stringify(report));
  else if (!report.protected) host.print(verifyText(report));
  else {
    const { checkedAt, positions, protectedIfCrashed } = report;
    const held = positions.length === 1 ? '1 side held' : `${positions.length} sides held`;
    const how =
      positions.length === 0
        ? 'nothing is held'
        : `${held}, ${protectedIfCrashed ? 'all by resting stops' : 'some only while run lives'}`;
    host.print(`${moment(checkedAt)} protected: ${how}`);
  }
}

/** Configuration, keys and stores do not mend themselves; networks do. */
function mayPass(error: unknown): boolean {
  if (!isMonitorError(error)) return true;
  return error.retryable || error.name === 'ExchangeError';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Stop {
  readonly isAsked: boolean;
  /** Resolves after a while, or at once when the end is asked for. */
  orAfter(delayMs: number): Promise<void>;
  disarm(): void;
}

function stopOnSignal(host: LiveHost): Stop {
  let isAsked = false;
  let wake = (): void => {};
  const disarm = host.onStopSignal(() => {
    isAsked = true;
    wake();
  });
  return {
    get isAsked() {
      return isAsked;
    },
    orAfter(delayMs) {
      if (isAsked) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = host.clock.setTimer(resolve, delayMs);
        wake = () => {
          host.clock.clearTimer(timer);
          resolve();
        };
      });
    },
    disarm,
  };
}
