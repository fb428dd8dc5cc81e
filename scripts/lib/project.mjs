/** What the scripts share: where things are, and how to run a command. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Absolute path of something in the checkout. */
export function inRoot(...parts) {
  return join(ROOT, ...parts);
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function readPackage() {
  return readJson(inRoot('package.json'));
}

/** Every file below a folder, as absolute paths. A folder that does not exist has none. */
export function filesBelow(folder) {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Entry points of a package's `exports`: `[subpath, condition, file]`, one row per leaf. */
export function exportLeaves(exports) {
  const rows = [];
  const walk = (subpath, conditions, value) => {
    if (typeof value === 'string') {
      rows.push({ subpath, condition: conditions.join('.') || 'default', file: value });
      return;
    }
    for (const [key, inner] of Object.entries(value)) walk(subpath, [...conditions, key], inner);
  };
  for (const [subpath, value] of Object.entries(exports)) walk(subpath, [], value);
  return rows;
}

/**
 * Runs a command to its end with its output on ours.
 *
 * @param options.timeoutMs the command is killed after this; 10 minutes unless given
 * @param options.capture return what it writes to standard output instead of showing it
 * @returns standard output when captured
 * @throws Error when it fails, with what it had captured
 */
export function run(command, args, options = {}) {
  const { timeoutMs = 600_000, capture = false, cwd = ROOT, env = process.env } = options;
  const result = spawnSync(command, args, {
    cwd,
    env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  });
  const shown = `${command} ${args.join(' ')}`;
  if (result.error !== undefined) throw new Error(`${shown}: ${result.error.message}`);
  if (result.status !== 0) {
    const ended = result.signal ?? `exit ${result.status}`;
    throw new Error(`${shown}: ${ended}${capture ? `\n${result.stdout}` : ''}`);
  }
  return result.stdout ?? '';
}

/** Runs a program that a package of `node_modules` brings, with the Node that runs this script. */
export function runPackageBinary(packageName, args, options = {}) {
  return run(options.node ?? process.execPath, [packageBinary(packageName), ...args], options);
}

/** The script file behind the first program of an installed package. */
export function packageBinary(packageName) {
  const folder = inRoot('node_modules', packageName);
  const { bin } = readJson(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : Object.values(bin)[0]);
}

/** Calls with a fresh folder that is removed afterwards. */
export function withTemporaryFolder(name, use) {
  const folder = mkdtempSync(join(tmpdir(), `position-monitor-${name}-`));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script's body; an error becomes one readable message and exit code 1. */
export function main(body) {
  try {
    body();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
