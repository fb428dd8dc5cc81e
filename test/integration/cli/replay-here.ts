import { vi } from 'vitest';
import type { ReplayResult } from '../../../src/cli/replay/replay-result.js';
import { runCommand } from '../../../src/cli/run-command.js';
import { type ReplayCase, replayFiles } from './run-cli.js';

/** Runs a replay in this process: whatever starts no process of its own costs milliseconds. */
export async function replayedHere(given: ReplayCase): Promise<ReplayResult> {
  return JSON.parse(await printedHere([...replayFiles(given).args, '--json']));
}

/** What the command prints for people; it must succeed. */
export async function printedHere(args: readonly string[]): Promise<string> {
  const said: string[] = [];
  const complaints: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => said.push(String(line)));
  const error = vi
    .spyOn(console, 'error')
    .mockImplementation((line) => complaints.push(String(line)));
  try {
    const code = await runCommand(args, '0');
    if (code !== 0) throw new Error(`exit ${code}: ${complaints.join('\n')}`);
    return said.join('\n');
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}
