import { Command } from 'commander';
import type { ExitStatus } from '../exit-status.js';
import { readLiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { readListenAddress } from '../serve/listen-address.js';
import { runLive } from './run-live.js';

const NOTES = `
Stands beside any bot: it hears of fills from the account itself. What the account holds already is protected with
"adoptPositions": "adopt" in the section globals, and told otherwise. SIGTERM or SIGINT ends it; it cancels nothing then.

Keys come from POSITION_MONITOR_API_KEY and POSITION_MONITOR_API_SECRET (Aster V3: POSITION_MONITOR_WALLET, _SIGNER,
_SIGNER_KEY), or from the file of mode 0600 that POSITION_MONITOR_KEY_FILE names.

With --listen it serves /health (200 or 503), /metrics (Prometheus), /events and a live page. Nothing there can act.
Any address but one of the loopback interface needs a token, in POSITION_MONITOR_TOKEN or in the file of mode 0600 that
POSITION_MONITOR_TOKEN_FILE names: "Authorization: Bearer …", or once /?token=… in a browser.

Example:
  $ POSITION_MONITOR_KEY_FILE=keys.env position-monitor run --config live.json --listen 127.0.0.1:9464

Exit code: 0 ended by a signal, 2 it cannot start with what was given.`;

interface RunArguments {
  readonly config: string;
  readonly json?: boolean;
  readonly listen?: string;
}

export function runLiveCommand(host: () => LiveHost, status: ExitStatus, version: string): Command {
  return new Command('run')
    .description('Protects what an account fills, until a signal ends it.')
    .requiredOption('--config <file>', 'configuration with the section exchange')
    .option('--json', 'print one JSON object a line')
    .option('--listen <address>', 'serve health, metrics and a live page, e.g. at 127.0.0.1:9464')
    .addHelpText('after', NOTES)
    .action(async ({ config, json = false, listen }: RunArguments) => {
      const world = host();
      const address = listen === undefined ? null : readListenAddress(listen);
      const live = await readLiveConfig(config);
      for (const warning of live.warnings) world.tell(`warning: ${warning}`);
      status.code = await runLive(live, world, { json, listen: address, version });
    });
}
