import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { inProcess } from '../lib/children.js';
import type { Goal } from '../lib/goal.js';
import { inTurn, median } from '../lib/measure.js';
import { rowOf } from '../lib/row.js';

/** The checkout: the trigger core is no entry of the package, so it is bundled from its source. */
const ROOT = process.env.BENCH_ROOT ?? process.cwd();
const DRIVERS = ['better-sqlite3', 'node:sqlite', 'ws', 'isomorphic-ws', 'viem', 'undici'];

/** G11: sizes as a host's bundler sees them, and what importing costs. */
export const size: Goal = async ({ quick }) => {
  const entry = createRequire(import.meta.url).resolve('position-monitor/package.json');
  const main = join(entry, '..', 'dist', 'index.js');
  const whole = await bundled(main);
  const core = await bundled(join(ROOT, 'src', 'triggers', 'price-book.ts'));
  const imports = await inTurn(
    {
      whole: async () => importing('position-monitor'),
      empty: async () => importing('data:text/javascript,export%20{}'),
    },
    { rounds: quick ? 5 : 25, warmUp: 1 },
  );
  const eager = eagerlyImported(whole.metafile);
  return [
    rowOf({
      id: 'G11a',
      name: 'entry `.` with its dependencies, minified and gzipped',
      goal: '<= 45 kB (stretch: 25 kB)',
      unit: 'kB',
      figure: whole.bytes / 1_000,
      bounds: { figureMax: 45 },
      note: largest(whole.metafile),
    }),
    rowOf({
      id: 'G11b',
      name: 'trigger core (src/triggers), minified and gzipped',
      goal: '<= 6 kB',
      unit: 'kB',
      figure: core.bytes / 1_000,
      bounds: { figureMax: 6 },
      note: largest(core.metafile),
    }),
    rowOf({
      id: 'G11c',
      name: 'importing `position-monitor` in a cold process, over an empty module',
      goal: '<= 6 ms',
      unit: 'ms',
      figure: median(imports.whole) - median(imports.empty),
      reference: median(imports.empty),
      yardstick: 'import of an empty module',
      bounds: { figureMax: 6 },
    }),
    rowOf({
      id: 'G11d',
      name: 'drivers that the entry `.` imports at once',
      goal: 'none: loaded when they are needed',
      unit: 'drivers',
      figure: eager.length,
      bounds: { figureMax: 0 },
      ...(eager.length > 0 && { note: eager.join(', ') }),
    }),
  ];
};

async function bundled(
  entry: string,
): Promise<{ readonly bytes: number; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['better-sqlite3', 'viem'],
    outdir: '/nowhere',
    splitting: true,
    absWorkingDir: ROOT,
    logLevel: 'error',
  });
  // What is loaded lazily lies in chunks of its own and does not count.
  const first = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint);
  const wanted = new Set<string>();
  const collect = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && path in metafile.outputs) collect(path);
    }
  };
  collect(first?.[0] ?? '');
  const parts = outputFiles.filter(({ path }) =>
    [...wanted].some((name) => path.endsWith(name.slice(name.lastIndexOf('/')))),
  );
  const bytes = gzipSync(Buffer.concat(parts.map(({ contents }) => contents)), {
    level: 9,
  }).byteLength;
  return { bytes, metafile };
}

/** The three largest parts, minified, before compression. */
function largest({ outputs }: Metafile): string {
  const sizes = new Map<string, number>();
  for (const output of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(
        path.replace(/.*position-monitor\//, ''),
      );
      const part = name?.[1] ?? path.slice(path.lastIndexOf('/') + 1);
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([name, bytes]) => `${name} ${(bytes / 1_000).toFixed(1)} kB`)
    .join(', ');
}

function eagerlyImported({ inputs, outputs }: Metafile): readonly string[] {
  const eager = new Set<string>();
  for (const { imports } of [...Object.values(inputs), ...Object.values(outputs)]) {
    for (const { path, kind } of imports) {
      const name = DRIVERS.find((one) => path === one || path.includes(`node_modules/${one}/`));
      if (name !== undefined && kind !== 'dynamic-import') eager.add(name);
    }
  }
  return [...eager];
}

async function importing(name: string): Promise<number> {
  return (await inProcess<{ tookMs: number }>('import-job', [name])).tookMs;
}
