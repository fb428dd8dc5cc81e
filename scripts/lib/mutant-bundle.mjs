/** Bundles the simulator with one deliberate bug in it. The bug is put into the bundle, never into a source file. */
import { mkdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from './project.mjs';

const CACHE = inRoot('node_modules', '.cache', 'mutants');

const COMMON = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'silent',
  packages: 'external',
};

/** The records of all bugs. */
export async function loadMutants() {
  const outfile = await bundle('mutants', 'test/simulation/mutants/all-mutants.ts', []);
  const { MUTANTS } = await import(pathToFileURL(outfile).href);
  return MUTANTS;
}

/**
 * Bundles an entry with patches applied.
 *
 * @returns path of the bundle
 */
export async function bundle(name, entry, patches) {
  mkdirSync(CACHE, { recursive: true });
  // A bundle of its own per process: several people may hunt in one checkout.
  const outfile = `${CACHE}/${name}-${process.pid}.mjs`;
  const left = new Set(patches);
  await build({
    ...COMMON,
    entryPoints: [inRoot(entry)],
    outfile,
    plugins: patches.length === 0 ? [] : [patching(patches, left)],
  });
  if (left.size > 0) {
    const [{ file }] = left;
    throw new Error(`${name}: ${file} is not part of the bundle`);
  }
  return outfile;
}

function patching(patches, left) {
  return {
    name: 'mutant',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const here = patches.filter(({ file }) => inRoot(file) === path);
        if (here.length === 0) return null;
        let contents = readFileSync(path, 'utf8');
        for (const patch of here) {
          contents = applied(contents, patch);
          left.delete(patch);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** The source with the bug in it. @throws Error when the place is not there exactly once */
function applied(source, { file, find, replace }) {
  const places = source.split(find);
  if (places.length !== 2) {
    throw new Error(`${file}: expected one place, found ${places.length - 1}, for: ${find}`);
  }
  return places.join(replace);
}
