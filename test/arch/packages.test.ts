import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSource, ROOT, readSources, type SourceFile } from './source-files.js';

/** Who may import which package. One owner each, so that replacing one touches one folder. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  eventemitter3: /^src\/events\//,
  'p-queue': /^src\/platform\//,
  'p-retry': /^src\/platform\//,
  'big.js': /^src\/model\/decimal\.ts$/,
  'trading-signals': /^src\/volatility\//,
  valibot: /^src\/(monitor|adapters)\//,
  'better-sqlite3': /^src\/adapters\/stores\/sqlite\//,
  'isomorphic-ws': /^src\/platform\/sockets\//,
  ws: /^src\/(platform\/sockets|testing\/exchange-server)\//,
  viem: /^src\/adapters\/exchanges\/binance-dialect\/signing\//,
  commander: /^src\/cli\//,
  'cli-table3': /^src\/cli\//,
  uplot: /^src\/cli\/(page|report)\/client\//,
  esbuild: /^src\/cli\/page\/bundle-assets\.ts$/,
  'prom-client': /^src\/cli\/serve\//,
};

/** Where built-ins of Node may be used. Everything else runs in browsers too. */
const BUILT_INS =
  /^src\/(adapters\/stores\/sqlite\/|cli\/|testing\/|adapters\/exchanges\/binance-dialect\/(transport|signing)\/node-)/;
/** Owned more narrowly than the other built-ins. */
const SQLITE_BUILT_IN = /^src\/adapters\/stores\/sqlite\//;

const sources = readSources('src');

describe('third-party packages', () => {
  it('are imported by the folder that owns them', () => {
    expect(sources.flatMap(violations)).toEqual([]);
  });

  it('are declared', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const declared = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.keys(OWNERS).filter((name) => !(name in declared))).toEqual([]);
  });

  it.each([
    ['src/monitor/a.ts', 'eventemitter3', /only events\/ imports it/],
    ['src/model/side.ts', 'big.js', /only model\/decimal\.ts imports it/],
    ['src/monitor/a.ts', 'node:fs', /runs in browsers/],
    ['src/platform/a.ts', 'node:crypto', /runs in browsers/],
    ['src/monitor/a.ts', 'fs/promises', /node:fs\/promises/],
    ['src/cli/a.ts', 'node:sqlite', /stores\/sqlite/],
    ['src/monitor/a.ts', 'left-pad', /has no owner/],
  ])('in %s: %s is refused', (path, specifier, remedy) => {
    expect(violations(parseSource(path, `import '${specifier}';`))).toEqual([
      expect.stringMatching(remedy),
    ]);
  });

  it.each([
    ['src/events/emitter.ts', 'eventemitter3'],
    ['src/model/decimal.ts', 'big.js'],
    ['src/adapters/exchanges/binance/messages.ts', 'valibot'],
    ['src/adapters/stores/sqlite/drivers.ts', 'node:sqlite'],
    ['src/testing/recorded-feed.ts', 'node:fs'],
  ])('in %s: %s is welcome', (path, specifier) => {
    expect(violations(parseSource(path, `import '${specifier}';`))).toEqual([]);
  });
});

function violations(file: SourceFile): readonly string[] {
  return file.imports.flatMap(({ specifier, target, line }) => {
    const remedy = target === null ? judge(file.path, specifier) : null;
    return remedy === null ? [] : [`${file.path}:${line} imports ${specifier}: ${remedy}`];
  });
}

function judge(path: string, specifier: string): string | null {
  if (specifier.startsWith('node:')) {
    if (specifier === 'node:sqlite' && !SQLITE_BUILT_IN.test(path)) {
      return 'only adapters/stores/sqlite opens databases';
    }
    return BUILT_INS.test(path)
      ? null
      : 'this code runs in browsers too; take what you need as an option or through a port';
  }
  if (builtinModules.includes(specifier)) return `write it as node:${specifier}`;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const owner = OWNERS[name];
  if (owner === undefined) {
    return 'the package has no owner; give it one in test/arch/packages.test.ts, with the reason in docs/decisions/';
  }
  return owner.test(path) ? null : `only ${readable(owner)} imports it; use what that offers`;
}

function readable(owner: RegExp): string {
  return owner.source.replace('^src\\/', '').replaceAll('\\', '').replace('$', '');
}
