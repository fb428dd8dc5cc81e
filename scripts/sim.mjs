/**
 * Plays simulated lives of a monitor and judges each of them.
 *
 *   npm run sim -- --seeds 20000                    S1, and S2 with a tenth of the seeds
 *   npm run sim -- --seeds 5000 --from 100000 --profile worstCase --json
 *   npm run sim -- --kind S1 --seed 4711            one life: its trace, and the smallest plan that still fails
 *   npm run sim -- --kind S1 --plan life.json       a plan from a file
 *
 * S1 drives the bare core, S2 the shipped monitor. Ends with 1 when an invariant was violated, or when something that
 * must happen sometimes did not happen in enough seeds.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { inRoot } from './lib/project.mjs';

const PROFILES = ['binanceLike', 'okxLike', 'hyperliquidLike', 'worstCase'];
/** Seeds from which on everything rare must have been seen. */
const SEEDS_FOR_ALL = 20_000;
/** A worker takes so many seeds at once: small enough that the workers end together. */
const SLICE = { S1: 1_000, S2: 200 };
const FAILURES_SHOWN = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    /** Seeds of S2; a tenth of `--seeds` unless given. */
    's2-seeds': { type: 'string' },
    from: { type: 'string', default: '1' },
    profile: { type: 'string' },
    kind: { type: 'string' },
    seed: { type: 'string' },
    plan: { type: 'string' },
    /** Runs each S1 seed twice and compares the traces. */
    twice: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(Math.max(1, availableParallelism())) },
    json: { type: 'boolean', default: false },
  },
});

process.exitCode = 1;
const problem = badInput();
if (problem !== null) {
  console.error(problem);
  process.exitCode = 2;
} else {
  const bundle = await bundled();
  const module = await import(pathToFileURL(bundle).href);
  if (values.seed !== undefined || values.plan !== undefined) await showOne(module);
  else await playAll(bundle, module);
}

function badInput() {
  for (const name of ['seeds', 's2-seeds', 'from', 'seed', 'workers']) {
    const value = values[name];
    if (value !== undefined && !/^\d+$/.test(value)) {
      return `--${name}: expected a whole number, received ${value}`;
    }
  }
  if (values.profile !== undefined && !PROFILES.includes(values.profile)) {
    return `--profile: expected ${PROFILES.join(', ')}, received ${values.profile}`;
  }
  if (values.kind !== undefined && values.kind !== 'S1' && values.kind !== 'S2') {
    return `--kind: expected S1 or S2, received ${values.kind}`;
  }
  return null;
}

async function bundled() {
  const folder = inRoot('node_modules', '.cache', 'position-monitor');
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/simulation-${process.pid}.mjs`;
  await build({
    stdin: {
      contents:
        "import { work } from './sim-worker.js'; await work(); export { explain } from './explain.js'; export { FAULT_GROUPS, SOMETIMES } from './sometimes.js';",
      resolveDir: inRoot('test', 'simulation'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    /** A native driver cannot be bundled. */
    external: ['better-sqlite3'],
    outfile,
    logLevel: 'error',
    sourcemap: 'inline',
  });
  process.on('exit', () => rmSync(outfile, { force: true }));
  return outfile;
}

async function showOne({ explain }) {
  const source =
    values.plan === undefined ? Number(values.seed) : JSON.parse(readFileSync(values.plan, 'utf8'));
  const kind = values.kind ?? 'S1';
  const { plan, violations, trace } = await explain(kind, source, values.profile ?? null, true);
  if (values.json) console.log(JSON.stringify({ kind, plan, violations, trace }));
  else {
    console.log(trace.join('\n'));
    if (violations.length > 0) console.log(`\nsmallest plan:\n${JSON.stringify(plan)}`);
    console.log(violations.length === 0 ? 'no violation' : violations.join('\n'));
  }
  process.exitCode = violations.length === 0 ? 0 : 1;
}

async function playAll(bundle, { SOMETIMES, FAULT_GROUPS }) {
  const seeds = Number(values.seeds);
  const s2 = values['s2-seeds'] === undefined ? Math.floor(seeds / 10) : Number(values['s2-seeds']);
  const from = Number(values.from);
  const runs = [];
  if (values.kind !== 'S2') runs.push({ kind: 'S1', count: seeds });
  if (values.kind !== 'S1') runs.push({ kind: 'S2', count: values.kind === 'S2' ? seeds : s2 });
  const reports = [];
  for (const run of runs) reports.push(await playKind(bundle, { ...run, from }));
  const seen = {};
  for (const report of reports) {
    for (const [what, times] of Object.entries(report.seen)) seen[what] = (seen[what] ?? 0) + times;
  }
  const complete = values.profile === undefined && values.kind !== 'S2' && seeds >= SEEDS_FOR_ALL;
  const groups = Object.entries(FAULT_GROUPS).map(([group, names]) => ({
    group,
    count: names.reduce((sum, name) => sum + countOf(seen, name), 0),
  }));
  const missing = complete
    ? [
        ...SOMETIMES.filter((name) => countOf(seen, name) === 0),
        ...groups.filter(({ count }) => count === 0).map(({ group }) => `fault group ${group}`),
      ]
    : [];
  const failures = reports.flatMap((report) => report.failures);
  if (values.json) {
    console.log(
      JSON.stringify({ reports: reports.map(withoutSeen), groups, seen, missing, failures }),
    );
  } else tell(reports, groups, seen, missing, failures, SOMETIMES);
  process.exitCode = failures.length === 0 && missing.length === 0 ? 0 : 1;
}

/** Counts under one name, or under all names that begin with it when it ends in `*`. */
function countOf(seen, name) {
  if (!name.endsWith('*')) return seen[name] ?? 0;
  const begin = name.slice(0, -1);
  let sum = 0;
  for (const [what, times] of Object.entries(seen)) if (what.startsWith(begin)) sum += times;
  return sum;
}

function withoutSeen({ seen: _, ...report }) {
  return report;
}

async function playKind(bundle, { kind, count, from }) {
  const begin = performance.now();
  const total = { kind, seeds: count, failures: [], seen: {} };
  let next = from;
  let done = 0;
  let toldAt = begin;
  const lane = async () => {
    while (next < from + count) {
      const slice = Math.min(SLICE[kind], from + count - next);
      const request = { kind, from: next, count: slice, profile: values.profile ?? null };
      next += slice;
      const result = await inWorker(bundle, { ...request, twice: values.twice && kind === 'S1' });
      done += slice;
      total.failures.push(...result.failures);
      for (const failure of values.json ? [] : result.failures)
        console.log(describeFailure(failure));
      for (const [what, times] of Object.entries(result.seen)) {
        total.seen[what] = (total.seen[what] ?? 0) + times;
      }
      const now = performance.now();
      if (!values.json && now - toldAt > 10_000) {
        toldAt = now;
        const rate = Math.round((done / (now - begin)) * 1_000);
        console.log(
          `${kind}: ${done} of ${count} seeds, ${rate}/s, ${total.failures.length} failed`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, lane));
  const elapsedMs = Math.round(performance.now() - begin);
  const perSecond = Math.round((count / Math.max(1, elapsedMs)) * 1_000);
  total.failures.sort((a, b) => a.seed - b.seed);
  return { ...total, twice: values.twice && kind === 'S1', elapsedMs, perSecond };
}

function describeFailure({ kind, seed, invariant, what }) {
  const profile = values.profile === undefined ? '' : ` --profile ${values.profile}`;
  return `${kind} seed ${seed} ${invariant}: ${what}\n  npm run sim -- --kind ${kind} --seed ${seed}${profile}`;
}

function inWorker(bundle, request) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(bundle, { workerData: request });
    worker.on('message', ({ result }) => {
      if (result !== undefined) resolve(result);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code !== 0) reject(new Error(`a worker ended with ${code}`));
    });
  });
}

function tell(reports, groups, seen, missing, failures, sometimes) {
  console.log('\nfault group                       hits');
  for (const { group, count } of groups)
    console.log(`${group.padEnd(30)}${String(count).padStart(9)}`);
  console.log('\nsometimes                                          times');
  for (const name of sometimes) {
    console.log(`${name.padEnd(46)}${String(countOf(seen, name)).padStart(10)}`);
  }
  for (const name of missing) console.log(`NEVER SEEN: ${name}`);
  for (const { kind, seed, invariant, what } of failures.slice(0, FAILURES_SHOWN)) {
    console.log(`\n${describeFailure({ kind, seed, invariant, what })}`);
  }
  console.log('');
  for (const { kind, seeds, elapsedMs, perSecond, twice, failures: failed } of reports) {
    const seconds = Math.round(elapsedMs / 1_000);
    console.log(
      `${kind}: ${seeds} seeds${twice ? ', each twice' : ''}, ${failed.length} failed, ${seconds} s, ${perSecond}/s`,
    );
  }
}
