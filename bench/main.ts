/**
 * Measures every goal in a process of its own and reports what came out: see `scripts/bench.mjs`, which bundles this.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GOALS, type GoalEntry } from './goals.js';
import { CHECKED_GOALS } from './lib/bounds.js';
import { markdownOf, regressionsOf, tableOf } from './lib/report.js';
import type { Row } from './lib/row.js';

/** A goal that takes longer is broken off, ms. */
const GOAL_MS_MAX = { quick: 120_000, full: 900_000 };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** A table for the documentation. */
    markdown: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Folder for CPU profiles of the processes that measure. */
    profile: { type: 'string' },
  },
});

const rows: Row[] = [];
const failed: string[] = [];
for (const goal of chosen()) {
  if (!values.json) console.error(`${goal.id} ${goal.title} …`);
  const began = performance.now();
  try {
    rows.push(...(await measured(goal)));
  } catch (error) {
    failed.push(`${goal.id}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!values.json) console.error(`   ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}
if (values.json) console.log(JSON.stringify({ results: rows }, null, 2));
else if (values.markdown) console.log(markdownOf(rows));
else {
  console.log(tableOf(rows));
  for (const { id, note } of rows) if (note !== undefined) console.log(`${id}: ${note}`);
}
// Figures of code that decides wrongly do not count.
for (const { id, met, note } of rows) {
  if (id === 'gate' && !met) failed.push(`the correctness gate failed: ${note}`);
}
if (values.check) failed.push(...regressionsOf(rows));
for (const sentence of failed) console.error(sentence);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The gate is always among them. */
function chosen(): readonly GoalEntry[] {
  const asked = values.only?.split(',').map((name) => name.trim());
  for (const name of asked ?? []) {
    if (GOALS.some(({ id }) => id === name)) continue;
    throw new Error(`there is no goal ${name}: ${GOALS.map(({ id }) => id).join(', ')}`);
  }
  const wanted = asked ?? (values.check ? CHECKED_GOALS : null);
  return GOALS.filter(({ id }) => id === 'gate' || wanted === null || wanted.includes(id));
}

function measured({ id, flags = [] }: GoalEntry): Promise<readonly Row[]> {
  const script = fileURLToPath(new URL('run-goal.mjs', import.meta.url));
  const profile = values.profile === undefined ? [] : profiling(values.profile, id);
  const given = [...flags, ...profile, script, id, ...(values.quick ? ['--quick'] : [])];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, given, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const limitMs = values.quick ? GOAL_MS_MAX.quick : GOAL_MS_MAX.full;
    let told: readonly Row[] | null = null;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no end within ${limitMs / 1_000} s`));
    }, limitMs);
    child.on('message', (message) => {
      told = (message as { readonly rows: readonly Row[] }).rows;
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (told !== null && code === 0) resolve(told);
      else reject(new Error(`its process ended with ${code}`));
    });
  });
}

function profiling(folder: string, id: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${id}.cpuprofile`];
}
