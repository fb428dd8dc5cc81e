import { Command, CommanderError } from 'commander';
import { EXIT_BAD_INPUT, EXIT_OK, tellFailure } from './failure.js';
import { replayCommand } from './replay/replay-command.js';
import { statusCommand } from './status/status-command.js';

/**
 * Runs the command line.
 *
 * @param argv arguments behind the name of the command
 * @returns the exit code
 */
export async function runCommand(argv: readonly string[], version: string): Promise<number> {
  const program = new Command('position-monitor')
    .description('Keeps positions protected; looks at what it did, and rehearses it on recordings.')
    .version(version)
    .addCommand(replayCommand())
    .addCommand(statusCommand());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError('Try --help.');
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    // Commander has told it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
    return tellFailure(error);
  }
}
