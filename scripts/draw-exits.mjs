/**
 * Draws the pictures of docs/guides/exits.md: the monitor itself lives through a made-up market, and what it did is drawn.
 *
 *   node scripts/draw-exits.mjs                  all of them
 *   node scripts/draw-exits.mjs breakeven        one
 *   node scripts/draw-exits.mjs --check          writes nothing; ends with 1 when a picture shows something else
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { exitChart } from './lib/exit-chart.mjs';
import { SCENES } from './lib/exit-scenes.mjs';
import { playScene } from './lib/play-scene.mjs';
import { inRoot } from './lib/project.mjs';

const PICTURES = inRoot('docs', 'guides', 'images');

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !SCENES.some((scene) => scene.name === name));
if (unknown !== undefined) {
  const names = SCENES.map(({ name }) => name).join(', ');
  console.error(`expected a scene (${names}), received ${unknown}`);
  process.exitCode = 2;
} else {
  const library = await sources();
  const problems = [];
  for (const scene of SCENES) {
    if (positionals.length > 0 && !positionals.includes(scene.name)) continue;
    const file = join(PICTURES, `${scene.name}.svg`);
    const picture = exitChart(scene, await playScene(scene, library));
    if (!values.check) {
      mkdirSync(PICTURES, { recursive: true });
      writeFileSync(file, picture);
      console.log(`${scene.name}.svg: ${picture.length} bytes`);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== picture) {
      problems.push(`${scene.name}.svg does not show what the monitor does: npm run draw-exits`);
    }
  }
  if (positionals.length === 0) problems.push(...strays(values.check));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
  if (problems.length === 0 && values.check) console.log('the pictures are true');
}

/** Pictures that no scene draws any more. */
function strays(isCheck) {
  const names = new Set(SCENES.map(({ name }) => `${name}.svg`));
  const left = readdirSync(PICTURES).filter((name) => name.endsWith('.svg') && !names.has(name));
  if (isCheck) return left.map((name) => `${name}: no scene draws it`);
  for (const name of left) rmSync(join(PICTURES, name));
  return [];
}

/** The package from its sources, in one bundle. */
async function sources() {
  const folder = inRoot('node_modules', '.cache', 'position-monitor');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `draw-exits-${process.pid}.mjs`);
  process.on('exit', () => rmSync(outfile, { force: true }));
  await build({
    stdin: {
      contents:
        "export * from './index.js'; export { runFor, runUntil } from './testing/run-time.js';",
      resolveDir: inRoot('src'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
