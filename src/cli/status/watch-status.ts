import { moment } from '../text.js';
import { statusText } from './print-status.js';
import { readStatus } from './read-status.js';
import { ScreenWatch, type WatchTerminal } from './watch-terminal.js';

export interface StatusWatchOptions {
  readonly store: string;
  readonly eventCount: number;
  readonly json: boolean;
  /** Pause between two pictures, ms. */
  readonly everyMs: number;
  readonly out: WatchTerminal;
  /** Calls back once the end is asked for. Returns how to stop listening. */
  readonly onStop: (listener: () => void) => () => void;
  readonly now: () => number;
  /** Resolves after a while, or when the promise does. */
  readonly pause: (delayMs: number, until: Promise<void>) => Promise<void>;
}

/**
 * Shows a store again and again until a signal. What cannot be read after the first picture is told in its place: a store
 * that is being replaced is there again soon.
 *
 * @throws StoreError when it cannot be opened at all
 */
export async function watchStatus(options: StatusWatchOptions): Promise<void> {
  const { store, eventCount, json, everyMs, out, now } = options;
  const screen = new ScreenWatch(out);
  let isAsked = false;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const disarm = options.onStop(() => {
    isAsked = true;
    end();
  });
  let last = '';
  try {
    while (!isAsked) {
      try {
        const status = await readStatus(store, eventCount);
        last = json ? JSON.stringify(status) : statusText(status);
        if (json) out.write(`${last}\n`);
        else screen.show(`${moment(now())} UTC, every ${everyMs} ms; Ctrl-C ends it\n\n${last}`);
      } catch (error) {
        if (last === '') throw error;
        const why = error instanceof Error ? error.message : String(error);
        if (json) out.write(`${JSON.stringify({ error: { message: why } })}\n`);
        else screen.show(`${moment(now())} UTC: ${why}\nWhat was read before:\n\n${last}`);
      }
      await options.pause(everyMs, ended);
    }
  } finally {
    screen.close();
    disarm();
  }
}
