import { Command } from 'commander';
import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import { STATUS_WATCH_MS } from '../../limits.js';
import { processHost } from '../live-config/process-host.js';
import { readWatchPause } from '../watch-pause.js';
import { statusText } from './print-status.js';
import { readStatus } from './read-status.js';
import { type StatusWatchOptions, watchStatus } from './watch-status.js';

const EVENTS_DEFAULT = 20;
const EVENTS_MAX = 10_000;
const NOTES = `
The store may be in use: nothing is written and no lock is taken.

With --watch it draws again and again over itself, until Ctrl-C; with --json that is one object a line.

Example:
  $ position-monitor status --store bot.db --watch

Exit code: 0 shown, 2 the store cannot be opened.`;

interface StatusArguments {
  readonly store: string;
  readonly events: string;
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly every?: string;
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Shows positions, tranches, orders and last events of a store.')
    .requiredOption('--store <path>', 'SQLite store of a monitor')
    .option('--events <count>', 'how many of the last events', `${EVENTS_DEFAULT}`)
    .option('--json', 'print one JSON object, with --watch one a line')
    .option('--watch', 'show it again and again until Ctrl-C')
    .option('--every <ms>', `pause between two pictures (default: ${STATUS_WATCH_MS})`)
    .addHelpText('after', NOTES)
    .action(async ({ store, events, json = false, watch = false, every }: StatusArguments) => {
      const everyMs = readWatchPause(every, STATUS_WATCH_MS);
      if (watch) {
        await watchStatus({ ...REAL_WORLD, store, eventCount: eventCount(events), json, everyMs });
        return;
      }
      const status = await readStatus(store, eventCount(events));
      console.log(json ? JSON.stringify(status) : statusText(status));
    });
}

/** This process and its terminal. */
const REAL_WORLD: Pick<StatusWatchOptions, 'out' | 'onStop' | 'now' | 'pause'> = {
  out: process.stdout,
  onStop: (listener) => processHost().onStopSignal(listener),
  now: () => Date.now(),
  pause: (delayMs, until) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      void until.then(() => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

function eventCount(given: string): number {
  const count = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (count <= EVENTS_MAX) return count;
  throw new ValidationError('INPUT_FILE_INVALID', 'Option --events', {
    expected: `a number from 0 to ${EVENTS_MAX}`,
    received: describe(given),
  });
}
