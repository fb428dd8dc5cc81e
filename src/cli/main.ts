#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { EXIT_OK } from './failure.js';
import { runCommand } from './run-command.js';

/** The package, two folders up from here in the sources as well as in the build. */
const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

// `position-monitor … | head` closes the pipe: nobody reads on, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK);
  throw error;
});

process.exitCode = await runCommand(process.argv.slice(2), version);
