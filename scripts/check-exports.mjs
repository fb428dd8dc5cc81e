/**
 * Compares `exports` and `bin` of package.json with the built files, both ways, and proves that the main entry
 * and those of exchanges load nothing of Node (they run in browsers too) and that only the testing entry holds code for tests.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { exportLeaves, filesBelow, inRoot, main, readJson, readPackage } from './lib/project.mjs';

/** Entries whose whole import graph must be free of Node's built-ins. */
const BROWSER_SAFE = ['.', './binance', './aster'];
/** The only entries whose files may hold code from `src/testing/`. */
const FOR_TESTS = ['./testing', './testing/server'];
/** Parts of the build that entries load, not entries themselves. */
const NOT_AN_ENTRY =
  /(^|\/)chunk-|\.map$|(^|\/)[\w-]+-[\w-]{8}\.d\.c?ts$|^third-party-licenses\.txt$/;

main(() => {
  const manifest = readPackage();
  const leaves = exportLeaves(manifest.exports);
  const bins = Object.values(manifest.bin ?? {});
  const problems = [
    ...missingFiles([...leaves.map(({ file }) => file), ...bins]),
    ...unlistedFiles(new Set([...leaves.map(({ file }) => file), ...bins].map(normalised))),
    ...leaves.flatMap(wrongKind),
    ...bins.flatMap(notExecutable),
    ...leaves
      .filter(({ subpath, file }) => BROWSER_SAFE.includes(subpath) && /\.c?js$/.test(file))
      .flatMap(({ subpath, file }) => builtInsOf(subpath, file)),
    ...leaves
      .filter(({ subpath, file }) => !FOR_TESTS.includes(subpath) && /\.c?js$/.test(file))
      .flatMap(({ subpath, file }) => testCodeOf(subpath, file)),
    ...bins.flatMap((file) => testCodeOf('bin', file)),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  console.log(`exports: ${leaves.length} files of ${Object.keys(manifest.exports).length} entries`);
});

function normalised(file) {
  return file.replace(/^\.\//, '');
}

function missingFiles(files) {
  return files
    .filter((file) => !existsSync(inRoot(file)))
    .map((file) => `${file}: listed in package.json but not built; run npm run build`);
}

function unlistedFiles(listed) {
  return filesBelow(inRoot('dist'))
    .map((file) => relative(inRoot(), file).split(sep).join('/'))
    .filter((file) => !listed.has(file) && !NOT_AN_ENTRY.test(file.slice('dist/'.length)))
    .map((file) => `${file}: built but not listed in package.json`);
}

/** `require` must lead to CommonJS and its types, `import` to ES modules and theirs. */
function wrongKind({ subpath, condition, file }) {
  if (subpath === './package.json') return [];
  const expected = condition.startsWith('require')
    ? { types: '.d.cts', default: '.cjs' }
    : { types: '.d.ts', default: '.js' };
  const extension = expected[condition.split('.').at(-1)];
  return extension !== undefined && file.endsWith(extension)
    ? []
    : [`${subpath} ${condition}: expected a ${extension ?? 'known'} file, received ${file}`];
}

function notExecutable(file) {
  const path = inRoot(file);
  if (!existsSync(path)) return [];
  const problems = [];
  if (!readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    problems.push(`${file}: no #! line; begin src/cli/main.ts with #!/usr/bin/env node`);
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o111) === 0) {
    problems.push(`${file}: not executable`);
  }
  return problems;
}

/** Built-ins in everything that the file loads from our own build. */
function builtInsOf(subpath, entry) {
  return graphOf(entry).flatMap((path) =>
    loadedBy(path)
      .filter((specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier))
      .map(
        (specifier) =>
          `${subpath} (${relative(inRoot(), path)}) loads ${specifier}: browsers have no such thing`,
      ),
  );
}

/** Sources of tests in everything that the file loads from our own build, as its source maps tell. */
function testCodeOf(subpath, entry) {
  return graphOf(entry).flatMap((path) => {
    const map = `${path}.map`;
    if (!existsSync(map)) return [`${relative(inRoot(), path)}: no source map tells what is in it`];
    return readJson(map)
      .sources.filter((source) => /(^|\/)src\/testing\//.test(source))
      .map((source) => `${subpath} (${relative(inRoot(), path)}) holds ${source}, code for tests`);
  });
}

/** The file and everything that it loads from our own build. */
function graphOf(entry) {
  const seen = new Set();
  const walk = (path) => {
    if (seen.has(path) || !existsSync(path)) return;
    seen.add(path);
    for (const specifier of loadedBy(path)) {
      if (specifier.startsWith('.')) walk(join(dirname(path), specifier));
    }
  };
  walk(inRoot(entry));
  return [...seen];
}

function loadedBy(path) {
  const text = readFileSync(path, 'utf8');
  const patterns = [
    /^\s*(?:import|export)\b[^'"\n;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g,
    /^\s*\}\s*from\s*['"]([^'"]+)['"]/gm,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]));
}
