import { Command } from 'commander';
import type { ExitStatus } from '../exit-status.js';
import { EXIT_OK } from '../failure.js';
import { readLiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { EXIT_GAP, orUnread } from '../verify/verify-command.js';
import { missingText, protectText } from './print-protect.js';
import { protect } from './protect.js';

const NOTES = `
Places stops and take-profits of the configured plans. With a store, positions become tranches of it, which "run" goes on
with; without one, orders are sent for exactly what is missing. What is past its stop already is told, not closed. Refuses
while another process holds the store.

Keys come from POSITION_MONITOR_API_KEY and POSITION_MONITOR_API_SECRET (Aster V3: POSITION_MONITOR_WALLET, _SIGNER,
_SIGNER_KEY), or from the file of mode 0600 that POSITION_MONITOR_KEY_FILE names.

Example:
  $ position-monitor protect --config live.json --check-only

Exit code: 0 nothing is missing, or all of it was placed, 1 something is missing, 2 it could not be read or was refused.`;

interface ProtectArguments {
  readonly config: string;
  readonly checkOnly?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function protectCommand(host: () => LiveHost, status: ExitStatus): Command {
  return new Command('protect')
    .description('Places the stops and take-profits that are missing.')
    .requiredOption('--config <file>', 'configuration with the section exchange')
    .option('--check-only', 'list what is missing, place nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText('after', NOTES)
    .action(async ({ config, checkOnly = false, yes = false, json = false }: ProtectArguments) => {
      const world = host();
      status.code = await orUnread(world, json, async () => {
        const live = await readLiveConfig(config);
        for (const warning of live.warnings) world.tell(`warning: ${warning}`);
        const result = await protect(live, world, { checkOnly, yes }, ({ missing }) => {
          if (!json) world.print(missingText(missing));
        });
        const text = json ? JSON.stringify(result) : protectText(result);
        if (text !== '') world.print(text);
        return result.remaining.length === 0 ? EXIT_OK : EXIT_GAP;
      });
    });
}
