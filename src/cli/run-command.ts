import { Command, CommanderError } from 'commander';
import { exitStatus } from './exit-status.js';
import { EXIT_BAD_INPUT, EXIT_OK, tellFailure } from './failure.js';
import type { LiveHost } from './live-config/live-host.js';
import { processHost } from './live-config/process-host.js';
import { migrateCommand } from './migrate/migrate-command.js';
import { protectCommand } from './protect/protect-command.js';
import { replayCommand } from './replay/replay-command.js';
import { runLiveCommand } from './run/run-live-command.js';
import { statusCommand } from './status/status-command.js';
import { verifyCommand } from './verify/verify-command.js';

/**
 * Runs the command line.
 *
 * @param argv arguments behind the name of the command
 * @param host world of the commands that meet an exchange
 * @returns the exit code
 */
export async function runCommand(
  argv: readonly string[],
  version: string,
  host: () => LiveHost = processHost,
): Promise<number> {
  const status = exitStatus();
  const program = new Command('position-monitor')
    .description('Keeps positions protected; looks at what it did, and rehearses it on recordings.')
    .version(version)
    .addCommand(runLiveCommand(host, status, version))
    .addCommand(verifyCommand(host, status))
    .addCommand(protectCommand(host, status))
    .addCommand(migrateCommand(host, status, version))
    .addCommand(replayCommand())
    .addCommand(statusCommand());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError('Try --help.');
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status.code;
  } catch (error) {
    // Commander has told it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
    return tellFailure(error);
  }
}
