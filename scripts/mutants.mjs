/**
 * Proves the simulator: each deliberate bug of `test/simulation/mutants` must be found, by the invariant that names it.
 *
 *     node scripts/mutants.mjs [--only M7,M9] [--quick] [--seeds 10000] [--ranges 1] [--json]
 *
 * A seed counts only if the code without the bug passes it. Ends with 1 when a bug survives.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { bundle, loadMutants } from './lib/mutant-bundle.mjs';

const ENTRY = 'test/simulation/mutants/hunt-main.ts';
/** Ranges lie this far apart. */
const RANGE = 1_000_000;
/** One hunt may take this long, ms: a bug may make a life run without end. */
const HUNT_MS_MAX = 1_800_000;

async function prove() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '10000' },
      ranges: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const chosen = choose(await loadMutants(), values);
  const seeds = wholeNumber('--seeds', values.seeds);
  const ranges = wholeNumber('--ranges', values.ranges);
  const clean = await bundle('clean', ENTRY, []);
  const rows = [];
  if (!values.json)
    console.log(line('mutant', 'killed by', 'seeds', 'first seed', 'also', 'title'));
  for (const mutant of chosen) {
    const row = await judge(mutant, clean, seeds, ranges);
    rows.push(row);
    if (!values.json) print(row);
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  const alive = rows.filter(({ hunts }) => hunts.some(({ seed }) => seed === null));
  const needed = rows.flatMap(({ hunts }) =>
    hunts.flatMap((one) => (one.seed === null ? [] : one.tried)),
  );
  needed.sort((a, b) => a - b);
  if (!values.json) {
    console.log(
      `${rows.length - alive.length} of ${rows.length} found, median ${needed[needed.length >> 1]} seeds`,
    );
  }
  if (alive.length > 0) throw new Error(`survivors: ${alive.map(({ id }) => id).join(', ')}`);
}

function choose(mutants, { only, quick }) {
  const ids = only?.split(',');
  const unknown = ids?.filter((id) => !mutants.some((mutant) => mutant.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`no such mutant: ${unknown.join(', ')}`);
  return mutants.filter((mutant) => (ids?.includes(mutant.id) ?? true) && (!quick || mutant.quick));
}

function wholeNumber(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name}: expected a whole number above zero`);
  return value;
}

/** Hunts one bug in disjoint ranges of seeds. */
async function judge(mutant, clean, seeds, ranges) {
  const { id, title, invariants, note, patches, simulator = 'S1' } = mutant;
  const hunts = [];
  let bundled;
  try {
    bundled = await bundle(id, ENTRY, patches);
  } catch (error) {
    // Its place has changed: that is a survivor of its own kind, and no reason to stop.
    const what = error instanceof Error ? error.message : String(error);
    hunts.push({ seed: null, invariant: null, what, tried: 0, others: { 'cannot be put in': 1 } });
    return { id, title, invariants, hunts };
  }
  for (let range = 0; range < ranges; range += 1) {
    const names = [simulator, invariants.join(',')];
    hunts.push(huntIn(bundled, clean, 1 + range * RANGE, seeds, names));
  }
  return { id, title, invariants, ...(note !== undefined && { note }), hunts };
}

/** A seed that the code without the bug fails as well proves nothing: the hunt goes on behind it. */
function huntIn(bundled, clean, first, seeds, names) {
  const others = {};
  for (let from = first; from < first + seeds; ) {
    const found = run(bundled, from, first + seeds - from, names);
    for (const [name, count] of Object.entries(found.others))
      others[name] = (others[name] ?? 0) + count;
    if (found.seed === null) break;
    if (run(clean, found.seed, 1, names).seed === null) {
      return { ...found, tried: found.seed - first + 1, others };
    }
    from = found.seed + 1;
  }
  return { seed: null, invariant: null, what: null, tried: seeds, others };
}

function run(file, from, count, [simulator, invariants]) {
  const result = spawnSync(
    process.execPath,
    [file, simulator, String(from), String(count), invariants],
    {
      encoding: 'utf8',
      timeout: HUNT_MS_MAX,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (result.status === 0) return JSON.parse(result.stdout);
  const why = result.error?.code === 'ETIMEDOUT' ? 'without end' : 'process died';
  return { seed: null, invariant: null, what: why, tried: 0, others: { [why]: 1 } };
}

function print({ id, title, hunts }) {
  for (const { invariant, tried, seed, others } of hunts) {
    const also = Object.entries(others)
      .map(([name, count]) => `${name}×${count}`)
      .join(' ');
    console.log(line(id, invariant ?? 'SURVIVES', tried, seed ?? '-', also || '-', title));
  }
}

function line(id, killer, tried, seed, also, title) {
  const cells = [
    [id, 6],
    [killer, 9],
    [tried, 6],
    [seed, 10],
    [also, 22],
  ];
  return `${cells.map(([text, width]) => String(text).padEnd(width)).join(' ')} ${title}`;
}

try {
  await prove();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
