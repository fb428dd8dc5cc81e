/**
 * `migrate` in a process of its own that ends itself with SIGKILL at one of its changes to the disk.
 *
 * Arguments: number of the change, `before` or `torn` (half of it is done), then those of the command.
 */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { processHost } from '../../../src/cli/live-config/process-host.js';
import { DURABLE_FILES, type DurableFiles } from '../../../src/cli/migrate/files/durable-files.js';
import { migrateCommand } from '../../../src/cli/migrate/migrate-command.js';
import { everyChange } from './every-change.js';

const [at, how, ...argv] = process.argv.slice(2);
let changes = 0;

const files: DurableFiles = everyChange(DURABLE_FILES, (name, path) => {
  changes += 1;
  if (changes !== Number(at)) return;
  // What a write leaves that did not come to its end.
  if (how === 'torn' && name !== 'move' && name !== 'remove' && name !== 'makeFolder') {
    writeFileSync(path, 'x'.repeat(4_096));
  }
  process.kill(process.pid, 'SIGKILL');
});

const status = { code: 0 };
await new Command()
  .addCommand(migrateCommand(processHost, status, '1.2.3', files))
  .parseAsync(['migrate', ...argv], { from: 'user' });
process.exitCode = status.code;
