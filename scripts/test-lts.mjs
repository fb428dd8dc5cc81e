/**
 * Runs the test suite under the newest long-term-support line of Node, whatever runs this script.
 *
 * The runtime comes as a package and stays in a cache folder; it is no dependency of ours. Native modules were
 * built for the Node that installed them, so tests of better-sqlite3 skip there and say so; the same suite runs
 * on the SQLite that this line of Node has built in.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, main, packageBinary, run } from './lib/project.mjs';

/** Active long-term support since 2026-10. */
const LTS_MAJOR = 26;

main(() => {
  const node = runtime();
  const version = run(node, ['--version'], { capture: true }).trim();
  if (!version.startsWith(`v${LTS_MAJOR}.`))
    throw new Error(`expected ${LTS_MAJOR}, got ${version}`);
  console.log(`Tests under Node ${version}`);
  run(node, [packageBinary('vitest'), 'run', ...process.argv.slice(2)], { timeoutMs: 1_200_000 });
});

/** The executable of that Node; this one when it is of that line. */
function runtime() {
  if (process.versions.node.startsWith(`${LTS_MAJOR}.`)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = inRoot('node_modules', '.cache', `node-${LTS_MAJOR}`);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const executable = join(folder, 'node_modules', name, 'bin', program);
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    // A project of its own, so that the install neither reads nor changes ours.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    run(
      'npm',
      ['install', '--no-save', '--no-package-lock', '--prefer-offline', `${name}@${LTS_MAJOR}`],
      {
        cwd: folder,
        timeoutMs: 300_000,
      },
    );
  }
  return executable;
}
