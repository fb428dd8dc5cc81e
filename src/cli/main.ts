#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { allowClosedPipe } from './closed-pipe.js';
import { runCommand } from './run-command.js';

/** The package, two folders up from here in the sources as well as in the build. */
const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const argv = process.argv.slice(2);

allowClosedPipe(argv[0]);
process.exitCode = await runCommand(argv, version);
