import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import type { ReplayResult } from '../../../src/cli/replay/replay-result.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command from its source. Temporary files of the run go to a folder of its own. */
export function runCli(args: readonly string[], temporary = tmpdir()): Promise<CliRun> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary, POSITION_MONITOR_DEBUG: '' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
  folders.push(folder);
  return folder;
}

export interface ReplayCase {
  /** Path of a recording, or the text of one with the name that it gets. */
  readonly ticks: string | { readonly name: string; readonly content: string | Uint8Array };
  readonly symbol?: string;
  readonly config?: unknown;
  readonly entries: unknown;
  readonly options?: readonly string[];
}

/** Writes the files of a replay; `args` are those of the command. */
export function replayFiles({
  ticks,
  config,
  entries,
  options = [],
  symbol = 'BTCUSDT',
}: ReplayCase) {
  const folder = scratch();
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const settings = config ?? configOf(symbol, { takeProfitPct: 1, stopLossPct: 1 });
  return {
    folder,
    args: [
      'replay',
      ...['--ticks', typeof ticks === 'string' ? ticks : put(ticks.name, ticks.content)],
      ...[
        '--config',
        put('config.json', typeof settings === 'string' ? settings : JSON.stringify(settings)),
      ],
      ...[
        '--entries',
        put('entries.json', typeof entries === 'string' ? entries : JSON.stringify(entries)),
      ],
      ...options,
    ],
  };
}

/** Runs a replay that must succeed and reads what it prints. */
export async function replayed(given: ReplayCase): Promise<ReplayResult> {
  const { args } = replayFiles(given);
  const { code, stdout, stderr } = await runCli([...args, '--json']);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

export function configOf(symbol: string, plan: object, tickSize = '0.1', stepSize = '0.001') {
  return { symbols: { [symbol]: plan }, instruments: { [symbol]: { tickSize, stepSize } } };
}

/** A recording of the shelf that stands beside the checkout. */
export function recorded(name: string): string {
  return join(ROOT, '..', 'shared', 'data', name);
}

/** Why a test over recordings is skipped; `false` when they are there. */
export function missing(...names: string[]): boolean {
  return names.some((name) => !existsSync(recorded(name)));
}

/** Trades in the format of the recorder, a second apart. */
export function trades(prices: readonly (number | string)[], startMs = 1_700_000_000_000): string {
  const rows = prices.map((price, row) => {
    const time = (startMs + row * 1_000) * 1_000;
    return `${time},${time},${row},buy,${price},1`;
  });
  return ['ts_us,recv_us,id,side,price,qty', ...rows, ''].join('\n');
}
