import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { defineConfig, type Options } from 'tsup';
import { bundleAssets, PAGE_NAMES } from './src/cli/page/bundle-assets.js';

/** Public entries by the name of their files in `dist`; `package.json` lists the same ones. */
const entries = {
  index: 'src/index.ts',
  sqlite: 'src/sqlite.ts',
  binance: 'src/binance.ts',
  aster: 'src/aster.ts',
  testing: 'src/testing/index.ts',
  'testing-server': 'src/testing-server.ts',
};
const command = { 'cli/main': 'src/cli/main.ts' };

/** Pages of the command as finished texts: what makes them from the sources is not installed with the package. */
const finishedPages: Plugin = {
  name: 'finished-pages',
  setup(build) {
    build.onLoad({ filter: /[\\/]cli[\\/]page[\\/]assets\.ts$/ }, () => {
      const root = fileURLToPath(new URL('.', import.meta.url));
      const pages = Object.fromEntries(PAGE_NAMES.map((page) => [page, bundleAssets(root, page)]));
      return {
        loader: 'ts',
        contents: `const pages = ${JSON.stringify(pages)};\nexport const pageAssets = (page) => pages[page];\n`,
      };
    });
  },
};

/** CommonJS inside an ES module finds built-ins of Node by this. */
const REQUIRE =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

const shared: Options = {
  target: 'es2022',
  // Neutral: the main entry runs in browsers too. Built-ins of Node stay imports wherever an entry uses them.
  platform: 'neutral',
  external: [/^node:/, 'better-sqlite3', 'viem'],
  // These are published as ES modules only; a CommonJS build cannot require them, so they travel inside.
  noExternal: ['p-queue', 'p-retry', 'p-timeout', 'is-network-error', 'trading-signals'],
  removeNodeProtocol: false,
  sourcemap: true,
  splitting: true,
  treeshake: false,
};

export default defineConfig([
  { ...shared, entry: entries, format: ['esm', 'cjs'], dts: true },
  {
    ...shared,
    entry: command,
    format: ['esm'],
    platform: 'node',
    // Only for `run --listen`: nobody who embeds the package installs it. It is CommonJS that requires built-ins.
    noExternal: [
      ...(shared.noExternal ?? []),
      'prom-client',
      '@opentelemetry/api',
      'tdigest',
      'bintrees',
    ],
    banner: { js: REQUIRE },
    esbuildOptions: (options) => {
      options.chunkNames = 'chunk-[name]-[hash]';
    },
    esbuildPlugins: [finishedPages],
  },
]);
