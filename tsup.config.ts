import { defineConfig, type Options } from 'tsup';

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
  { ...shared, entry: command, format: ['esm'], platform: 'node' },
]);
