import { Command } from 'commander';
import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import { statusText } from './print-status.js';
import { readStatus } from './read-status.js';

const EVENTS_DEFAULT = 20;
const EVENTS_MAX = 10_000;
const NOTES = `
The store may be in use: nothing is written and no lock is taken.

Example:
  $ position-monitor status --store bot.db

Exit code: 0 shown, 2 the store cannot be opened.`;

interface StatusArguments {
  readonly store: string;
  readonly events: string;
  readonly json?: boolean;
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Shows positions, tranches, orders and last events of a store.')
    .requiredOption('--store <path>', 'SQLite store of a monitor')
    .option('--events <count>', 'how many of the last events', `${EVENTS_DEFAULT}`)
    .option('--json', 'print one JSON object')
    .addHelpText('after', NOTES)
    .action(async ({ store, events, json = false }: StatusArguments) => {
      const status = await readStatus(store, eventCount(events));
      console.log(json ? JSON.stringify(status) : statusText(status));
    });
}

function eventCount(given: string): number {
  const count = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (count <= EVENTS_MAX) return count;
  throw new ValidationError('INPUT_FILE_INVALID', 'Option --events', {
    expected: `a number from 0 to ${EVENTS_MAX}`,
    received: describe(given),
  });
}
