/**
 * Lets the process of a monitor die before and after every effect of every canonical scenario, and judges each life.
 *
 *   node scripts/crash-sweep.mjs                        every point of every scenario: process death, then power loss
 *   node scripts/crash-sweep.mjs --restart-ms 1500      the same with a process that stays away for longer
 *   node scripts/crash-sweep.mjs --pairs                every pair of points of the ten most important ones instead
 *   node scripts/crash-sweep.mjs --scenario 'a stop is moved' --at 17 --when after --trace
 *   node scripts/crash-sweep.mjs --scenario 'a stop is moved' --at 17 --when after --second 31 --second-when before --power
 *
 * Ends with 1 when anything was violated, or when a point was missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { inRoot } from './lib/project.mjs';

const FAILURES_SHOWN = 60;

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    /** Only one death, and perhaps a second one after it. */
    at: { type: 'string' },
    when: { type: 'string', default: 'before' },
    second: { type: 'string' },
    'second-when': { type: 'string', default: 'before' },
    /** Only power loss, or only process death. */
    power: { type: 'boolean', default: false },
    process: { type: 'boolean', default: false },
    /** How long the process stays away. Default 50. */
    'restart-ms': { type: 'string' },
    /** Only pairs; the single points are left out. */
    pairs: { type: 'boolean', default: false },
    /** One part of the first points of the pairs: `2/5`. */
    part: { type: 'string', default: '1/1' },
    trace: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const say = values.json ? () => {} : console.log;
const folder = mkdtempSync(join(tmpdir(), 'position-monitor-sweep-'));
process.exitCode = 1;
try {
  const outfile = join(folder, 'sweep.mjs');
  await build({
    stdin: {
      contents:
        "export { SCENARIOS } from './scenarios/all.js'; export { runCore } from './run-core.js'; export * from './crash-sweep.js';",
      resolveDir: inRoot('test', 'simulation'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  const sweep = await import(pathToFileURL(outfile).href);
  const chosen = sweep.SCENARIOS.filter(
    ({ name }) => values.scenario === undefined || name === values.scenario,
  );
  if (chosen.length === 0) throw new Error(`there is no scenario ${values.scenario}; see --list`);
  if (values.list) {
    for (const { name, steps, inPairs } of chosen)
      console.log(`${name}  [${steps}]${inPairs ? ' pairs' : ''}`);
    process.exitCode = 0;
  } else if (values.at !== undefined) process.exitCode = runOne(sweep, chosen[0]);
  else process.exitCode = runAll(sweep, chosen);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function runOne({ runWithDeaths }, scenario) {
  const deaths = [{ at: Number(values.at), when: values.when }];
  if (values.second !== undefined)
    deaths.push({ at: Number(values.second), when: values['second-when'] });
  const result = runWithDeaths(scenario, deaths, kindOf(values.power), values.trace);
  if (values.trace) console.log(result.trace.join('\n'));
  for (const { invariant, at, what } of result.violations)
    console.log(`${invariant} at ${at} ms: ${what}`);
  console.log(
    `${scenario.name}: ${result.deaths.length} deaths, ${result.effects} effects, ${result.violations.length} violations`,
  );
  return result.violations.length === 0 && result.deaths.length === deaths.length ? 0 : 1;
}

function kindOf(power) {
  const restartMs = values['restart-ms'];
  return { power, ...(restartMs !== undefined && { restartMs: Number(restartMs) }) };
}

function runAll(sweep, chosen) {
  const since = performance.now();
  const kinds = values.power ? [true] : values.process ? [false] : [false, true];
  const [part, of] = values.part.split('/').map(Number);
  const sums = [];
  const failures = [];
  for (const power of kinds) {
    const sum = { power, pairs: values.pairs, scenarios: 0, points: 0, covered: 0, runs: 0 };
    for (const scenario of chosen) {
      if (values.pairs && !scenario.inPairs && values.scenario === undefined) continue;
      const done = values.pairs
        ? sweep.sweepPairs(scenario, kindOf(power), { part: part - 1, of })
        : sweep.sweepSingles(scenario, kindOf(power));
      sum.scenarios += 1;
      for (const key of ['points', 'covered', 'runs']) sum[key] += done[key];
      failures.push(...done.failures);
      if (done.failures.length > 0 || done.points !== done.covered || values.pairs)
        say(
          `${scenario.name}${power ? ' (power)' : ''}: ${done.covered}/${done.points} points, ${done.runs} runs, ${done.failures.length} failures`,
        );
    }
    sums.push(sum);
    say(
      `${power ? 'power loss' : 'process death'}${values.pairs ? ', pairs' : ''}: ${sum.scenarios} scenarios, ${sum.covered} of ${sum.points} points, ${sum.runs} runs`,
    );
  }
  const seconds = (performance.now() - since) / 1_000;
  const runs = sums.reduce((total, sum) => total + sum.runs, 0);
  for (const failure of failures.slice(0, FAILURES_SHOWN)) say(textOf(failure));
  say(
    `${failures.length} violations, ${runs} runs in ${seconds.toFixed(0)} s (${(runs / seconds).toFixed(0)}/s)`,
  );
  if (values.json) console.log(JSON.stringify({ sums, seconds, failures }));
  return failures.length === 0 && sums.every(({ points, covered }) => points === covered) ? 0 : 1;
}

function textOf({ scenario, deaths, kind, violation }) {
  const [first, second] = deaths;
  const more = second === undefined ? '' : ` --second ${second.at} --second-when ${second.when}`;
  const away = kind.restartMs === undefined ? '' : ` --restart-ms ${kind.restartMs}`;
  const again = `--scenario '${scenario}' --at ${first.at} --when ${first.when}${more}${kind.power ? ' --power' : ''}${away}`;
  return `${violation.invariant} at ${violation.at} ms: ${violation.what}\n  ${again}`;
}
