/**
 * Builds `dist`: the entries in ESM and CJS with their types, and the command.
 *
 *   node scripts/build.mjs             always
 *   node scripts/build.mjs --if-stale  only when something that goes into the build is newer
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, inRoot, main, readJson, runPackageBinary } from './lib/project.mjs';

/** Inside the pages of the command as text: no source map tells of them. */
const PACKAGES_OF_PAGES = ['uplot'];

/** Written last, so that a build that broke off counts as stale. */
const NOTICES = inRoot('dist', 'third-party-licenses.txt');

main(() => {
  if (process.argv.includes('--if-stale') && !isStale()) return;
  rmSync(inRoot('dist'), { recursive: true, force: true });
  runPackageBinary('tsup', ['--silent'], { timeoutMs: 180_000 });
  writeFileSync(NOTICES, noticesOfBundledPackages());
});

function isStale() {
  const builtAt = statSync(NOTICES, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsup.config.ts'];
  return [...inputs.map((name) => inRoot(name)), ...filesBelow(inRoot('src'))].some(
    (file) => statSync(file).mtimeMs > builtAt,
  );
}

/** Licences of the packages whose code is inside `dist`, found through the source maps. */
function noticesOfBundledPackages() {
  const names = new Set(PACKAGES_OF_PAGES);
  for (const file of filesBelow(inRoot('dist')).filter((name) => name.endsWith('.map'))) {
    for (const source of readJson(file).sources ?? []) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  const parts = [...names].sort().map(noticeOf);
  return `Code of these packages is part of the files in this folder.\n\n${parts.join('\n')}`;
}

function noticeOf(name) {
  const folder = inRoot('node_modules', name);
  const { version, license } = readJson(join(folder, 'package.json'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled but ships no licence text`);
  return `## ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
