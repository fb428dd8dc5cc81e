/**
 * Kills bots that use the packed package, by the hundred, against a venue of its own, and judges what they did.
 *
 *   node scripts/kill-test.mjs --kills 50
 *   node scripts/kill-test.mjs --kills 2000 --json
 *   node scripts/kill-test.mjs --kills 50 --seed 7 --world 3    one world of a run that failed
 *   node scripts/kill-test.mjs --kills 50 --adapter binance     the shipped adapter and feed, at a loopback exchange
 *
 * Ends with 1 when anything was violated. A seed repeats the plan; what really happens depends on real time as well.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

const TRACE_LINES_SHOWN = 40;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    /** Worlds side by side. */
    parallel: { type: 'string', default: '5' },
    world: { type: 'string' },
    /** A package that was packed before. Default: packs the checkout. */
    tarball: { type: 'string' },
    /** `own` (the bot's, at a venue of the test) or the name of a shipped one. */
    adapter: { type: 'string', default: 'own' },
    /** A way in which the bot is broken on purpose, to see that the run fails. */
    flaw: { type: 'string' },
    /** Writes the trace of each world to a file that begins like this. */
    trace: { type: 'string' },
    /** Does not stop at the first world that fails. */
    'keep-going': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

register();
const { DIALECTS, FLAWS } = await import('../test/outside-in/wire.ts');
const { installBot } = await import('../test/outside-in/install-bot.ts');
const { runKillTest } = await import('../test/outside-in/run-kill-test.ts');

if (values.flaw !== undefined && !FLAWS.includes(values.flaw)) {
  throw new Error(`--flaw is one of ${FLAWS.join(', ')}`);
}
if (!['own', ...DIALECTS].includes(values.adapter)) {
  throw new Error(`--adapter is own or one of ${DIALECTS.join(', ')}`);
}
const app = mkdtempSync(join(tmpdir(), 'position-monitor-app-'));
try {
  const result = await runKillTest({
    kills: Number(values.kills),
    seed: Number(values.seed),
    parallel: Number(values.parallel),
    onlyWorld: values.world === undefined ? null : Number(values.world),
    flaw: values.flaw ?? null,
    adapter: values.adapter,
    powerLossShare: 0.3,
    endsAfterMs: null,
    keepsGoing: values['keep-going'],
    botProgram: installBot(app, values.tarball),
    log: values.json ? () => {} : console.log,
  });
  tell(result);
  process.exitCode = result.violations.length > 0 ? 1 : 0;
} finally {
  rmSync(app, { recursive: true, force: true });
}

function tell({ traces, ...result }) {
  for (const { world, lines } of values.trace === undefined ? [] : traces) {
    writeFileSync(`${values.trace}-world-${world}.log`, `${lines.join('\n')}\n`);
  }
  if (values.json) {
    console.log(JSON.stringify(result));
    if (result.violations.length === 0) return;
  }
  const { violations, ...figures } = result;
  // With --json, standard output carries one object and nothing else.
  const say = values.json ? console.error : console.log;
  say(figures);
  const failed = new Set(violations.map(({ world }) => world));
  for (const { lines } of traces.filter(({ world }) => failed.has(world))) {
    say(`${lines.slice(-TRACE_LINES_SHOWN).join('\n')}\n`);
  }
  for (const { world, kill, invariant, detail } of violations) {
    say(`${invariant} in world ${world} after kill ${kill}: ${detail}`);
    say(
      `again: --kills ${values.kills} --seed ${result.seed} --parallel ${values.parallel} --adapter ${values.adapter} --world ${world}`,
    );
  }
  say(`${violations.length} violations in ${result.kills} kills`);
}
