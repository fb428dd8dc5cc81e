import { EXIT_OK } from './failure.js';

/** Commands that change something: nobody reading on is no reason to end. */
const OUTLIVE_THEIR_READER: readonly string[] = ['run', 'protect', 'migrate'];

/**
 * `position-monitor … | head` closes the pipe: nobody reads on, which is no failure.
 *
 * @param command name of the command
 */
export function allowClosedPipe(command: string | undefined): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!OUTLIVE_THEIR_READER.includes(command ?? '')) process.exit(EXIT_OK);
    });
  }
}
