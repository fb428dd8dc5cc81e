import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Examples import the package by its name, as users do; here that means the sources. */
const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^position-monitor$/, replacement: source('index.ts') },
      { find: /^position-monitor\/sqlite$/, replacement: source('sqlite.ts') },
      { find: /^position-monitor\/binance$/, replacement: source('binance.ts') },
      { find: /^position-monitor\/aster$/, replacement: source('aster.ts') },
      { find: /^position-monitor\/testing$/, replacement: source('testing/index.ts') },
      {
        find: /^position-monitor\/testing\/server$/,
        replacement: source('testing-server.ts'),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Processes, not threads: native SQLite drivers and file locks belong to a process.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
    unstubGlobals: true,
    // A listener's rejection that nobody handles is a defect of the package, never noise.
    dangerouslyIgnoreUnhandledErrors: false,
    typecheck: {
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'tsconfig.json',
      // `npm run typecheck` reports errors of the sources.
      ignoreSourceErrors: true,
    },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
});
