/**
 * Measures the library as it is shipped against yardsticks of the same run.
 *
 *   npm run bench                              a table of every goal
 *   npm run bench -- --json                    { results: [{ id, name, goal, reference, figure, ratio, met }] }
 *   npm run bench -- --only G1,G3,replay       some of them
 *   npm run bench -- --quick                   small sizes, for a first look
 *   npm run bench -- --quick --check           ratios within their bounds? Ends with 1 when one is not
 *
 * The benches are bundled and run beside a copy of `dist`, so that they import the package as a host does and a build
 * in between changes nothing. `--dist FOLDER` measures another build, to compare two. `--profile FOLDER` writes CPU
 * profiles of the processes that measure.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inRoot, readPackage, run } from './lib/project.mjs';

const ENTRIES = ['main', 'run-goal', 'child', 'import-job', 'loopback/exchange-process'];
/** Packages of the yardsticks and of the bundle that is weighed. */
const TOOLS = ['esbuild', 'p-queue'];

const { dist, forMain } = ownOptions(process.argv.slice(2));
if (dist === null) {
  run(process.execPath, [inRoot('scripts', 'build.mjs'), '--if-stale']);
}
const folder = mkdtempSync(join(tmpdir(), 'position-monitor-bench-'));
try {
  process.exitCode = await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  install();
  await build({
    entryPoints: ENTRIES.map((name) => inRoot('bench', `${name}.ts`)),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    // Without it the compiler's paths would lead into the sources.
    tsconfigRaw: {},
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  const env = { ...process.env, BENCH_ROOT: inRoot() };
  const child = spawn(process.execPath, [join(folder, 'main.mjs'), ...forMain], {
    stdio: 'inherit',
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** The package as npm would put it there: its built files, and what it depends on. */
function install() {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'position-monitor');
  mkdirSync(own, { recursive: true });
  cpSync(dist ?? inRoot('dist'), join(own, 'dist'), { recursive: true });
  cpSync(inRoot('package.json'), join(own, 'package.json'));
  const { dependencies, peerDependencies } = readPackage();
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...TOOLS]) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(inRoot('node_modules', name), link);
  }
}

function ownOptions(given) {
  const at = given.indexOf('--dist');
  if (at < 0) return { dist: null, forMain: given };
  return { dist: resolve(given[at + 1] ?? ''), forMain: given.toSpliced(at, 2) };
}
