import { Command } from 'commander';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import { VERIFY_WATCH_MS } from '../../limits.js';
import type { ExitStatus } from '../exit-status.js';
import { EXIT_BAD_INPUT, EXIT_OK, tellFailure } from '../failure.js';
import { readLiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { readWatchPause } from '../watch-pause.js';
import { verifyText } from './print-verify.js';
import { verify } from './verify.js';
import { watchCover } from './watch-cover.js';

/** Something that is held is covered by nothing. */
export const EXIT_GAP = 1;
/** It could not be found out, which is as bad as a gap. */
export const EXIT_UNREAD: number = EXIT_BAD_INPUT;

const NOTES = `
Asks the exchange itself. Only orders count that rest and can do nothing but close the side they are counted for;
what only a monitor guards counts while "run" beats on the store. Places, cancels and writes nothing.

Keys come from POSITION_MONITOR_API_KEY and POSITION_MONITOR_API_SECRET (Aster V3: POSITION_MONITOR_WALLET, _SIGNER,
_SIGNER_KEY), or from the file of mode 0600 that POSITION_MONITOR_KEY_FILE names.

With --watch it looks again and again and ends at the first gap, or when it could not read several times in a row:
supervision without a timer. A signal ends it with 0.

Example:
  $ position-monitor verify --config live.json || alert "positions are not protected"
  $ position-monitor verify --config live.json --watch || alert "positions are not protected"

Exit code: 0 everything is protected, 1 something is not, 2 it could not be read.`;

interface VerifyArguments {
  readonly config: string;
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly every?: string;
}

export function verifyCommand(host: () => LiveHost, status: ExitStatus): Command {
  return new Command('verify')
    .description('Proves from the exchange what covers each position.')
    .requiredOption('--config <file>', 'configuration with the section exchange')
    .option('--json', 'print one JSON object, with --watch one a line')
    .option('--watch', 'look again and again until there is a gap')
    .option('--every <ms>', `pause between two looks (default: ${VERIFY_WATCH_MS})`)
    .addHelpText('after', NOTES)
    .action(async ({ config, json = false, watch = false, every }: VerifyArguments) => {
      const world = host();
      status.code = await orUnread(world, json, async () => {
        const everyMs = readWatchPause(every, VERIFY_WATCH_MS);
        const live = await readLiveConfig(config);
        for (const warning of live.warnings) world.tell(`warning: ${warning}`);
        if (watch) return watchCover(live, world, { json, everyMs, gapCode: EXIT_GAP });
        const report = await verify(live, world);
        world.print(json ? JSON.stringify(report) : verifyText(report));
        return report.protected ? EXIT_OK : EXIT_GAP;
      });
    });
}

/** Whatever keeps the answer away is "could not read": 1 would say that the account was seen. */
export async function orUnread(
  host: LiveHost,
  json: boolean,
  task: () => Promise<number>,
): Promise<number> {
  try {
    return await task();
  } catch (error) {
    if (json) {
      const code = isMonitorError(error) ? error.code : null;
      const message = error instanceof Error ? error.message : String(error);
      host.print(JSON.stringify({ protected: false, error: { code, message } }));
    }
    tellFailure(error, host.tell);
    return EXIT_UNREAD;
  }
}
