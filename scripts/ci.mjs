/**
 * Every check, one after the other, on an installed checkout. A failing check stops none of the later ones.
 *
 * The last line is `N passed, N failed, N skipped`: the tests of the suite as its report lists them, and each other
 * check as one. Ends with 1 when anything failed.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { inRoot, packageBinary } from './lib/project.mjs';
import { countTests } from './lib/vitest-summary.mjs';

const MINUTE_MS = 60_000;
/** All checks together; what has not begun by then fails. */
const TOTAL_MS_MAX = 45 * MINUTE_MS;
/** Of a failing check's output, the last lines are shown. */
const LINES_SHOWN_MAX = 200;

const REPORTS = inRoot('reports');
const SUITE_REPORT = inRoot('reports', 'vitest.json');

const script = (name) => ['npm', ['run', '--silent', name]];
const CHECKS = [
  { name: 'lint', command: script('lint'), minutes: 3 },
  { name: 'typecheck', command: script('typecheck'), minutes: 5 },
  { name: 'build', command: script('build'), minutes: 5 },
  { name: 'check:exports', command: script('check:exports'), minutes: 1 },
  { name: 'publint', command: script('publint'), minutes: 3 },
  { name: 'attw', command: script('attw'), minutes: 5 },
  { name: 'knip', command: script('knip'), minutes: 3 },
  {
    name: 'test',
    command: [
      process.execPath,
      [
        packageBinary('vitest'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${SUITE_REPORT}`,
      ],
    ],
    minutes: 20,
    count: (exitCode) => countTests(SUITE_REPORT, exitCode),
  },
  {
    name: 'simulation',
    command: [
      'npm',
      ['run', '--silent', 'sim', '--', '--seeds', '20000', '--s2-seeds', '2000', '--twice'],
    ],
    minutes: 12,
  },
  {
    name: 'kill-test',
    command: ['npm', ['run', '--silent', 'kill-test', '--', '--kills', '50']],
    minutes: 6,
  },
  ...['binance', 'aster'].map((adapter) => ({
    name: `kill-test:${adapter}`,
    command: ['npm', ['run', '--silent', 'kill-test', '--', '--kills', '10', '--adapter', adapter]],
    minutes: 3,
  })),
  { name: 'test:types', command: script('test:types'), minutes: 5 },
  { name: 'test:pack', command: script('test:pack'), minutes: 6 },
  { name: 'test:lts', command: script('test:lts'), minutes: 20 },
];

const startedAt = performance.now();
const total = { passed: 0, failed: 0, skipped: 0 };
const failedChecks = [];

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
for (const check of CHECKS) {
  const counts = await perform(check);
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
  if (counts.failed > 0) failedChecks.push(check.name);
}
if (failedChecks.length > 0) console.log(`\nFailed: ${failedChecks.join(', ')}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function perform({ name, command: [program, args], minutes, count }) {
  const log = inRoot('reports', `${name.replace(':', '-')}.log`);
  const before = performance.now();
  const leftMs = Math.max(1, TOTAL_MS_MAX - (before - startedAt));
  const exitCode = await runLogged(program, args, log, Math.min(minutes * MINUTE_MS, leftMs));
  const counts = count?.(exitCode) ?? {
    passed: exitCode === 0 ? 1 : 0,
    failed: exitCode === 0 ? 0 : 1,
    skipped: 0,
  };
  const seconds = ((performance.now() - before) / 1000).toFixed(1);
  if (counts.failed === 0) {
    console.log(`ok    ${name} (${seconds} s)`);
    return counts;
  }
  console.log(`\nFAIL  ${name} (${seconds} s, ended with ${exitCode})`);
  for (const sentence of counts.problems ?? []) console.log(`      ${sentence}`);
  console.log(readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN_MAX).join('\n'));
  console.log(`----  end of ${name}\n`);
  return counts;
}

/** Runs in a process group of its own, so that a check that takes too long ends with everything it began. */
function runLogged(program, args, log, timeoutMs) {
  return new Promise((resolve) => {
    const output = openSync(log, 'w');
    const child = spawn(program, args, {
      cwd: inRoot(),
      env: { ...process.env, CI: 'true', NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', output, output],
      detached: true,
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    const end = (exitCode) => {
      clearTimeout(timer);
      closeSync(output);
      resolve(timedOut ? `no end within ${Math.round(timeoutMs / 1000)} s` : exitCode);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(code ?? signal));
  });
}
