import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The files that each guide shows, in its order. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'docs/guides/testing.md': [
    'examples/testing-a-strategy/strategy.ts',
    'examples/testing-a-strategy/strategy.test.ts',
    'examples/testing-a-strategy/restart.test.ts',
    'examples/testing-a-strategy/volatility.test.ts',
  ],
  'docs/guides/adapters.md': [
    'examples/custom-adapters/exchange.ts',
    'examples/custom-adapters/toy-words.ts',
    'examples/custom-adapters/feed.ts',
    'examples/custom-adapters/store.ts',
    'examples/custom-adapters/contract.test.ts',
  ],
};

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Blocks of TypeScript, each with the path in the line before. */
function blocksOf(guide: string): { readonly path: string; readonly code: string }[] {
  const pattern = /^`([^`\n]+)`\n\n```ts\n(.*?)^```$/gms;
  return [...read(guide).matchAll(pattern)].map(([, path = '', code = '']) => ({ path, code }));
}

describe.each(Object.entries(SHOWN))('%s', (guide, files) => {
  it('shows the files as they are', () => {
    const blocks = blocksOf(guide);
    expect(blocks.map(({ path }) => path)).toEqual(files);
    for (const { path, code } of blocks) expect(code, path).toBe(read(path));
  });

  it('has no code beside that', () => {
    expect(read(guide).match(/^```ts$/gm)).toHaveLength(files.length);
  });

  it('links to what exists', () => {
    const targets = [...read(guide).matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target ?? '');
    expect(targets.filter((target) => !existsSync(join(ROOT, 'docs/guides', target)))).toEqual([]);
  });
});

/** A card of the store suite writes 100,000 records; a machine that is busy takes its time. */
const SUITE_LIMIT_MS = 120_000;

/** Runs a suite as its guide says. Counts as node:test does: skipped tests are none that passed. */
function runSuite(path: string): Promise<Readonly<Record<'pass' | 'fail' | 'skipped', number>>> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const args = ['--import', 'tsx', '--test', '--test-reporter', 'tap', path];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, output) => {
      if (error !== null) {
        reject(new Error(`${path} failed:\n${output}`));
        return;
      }
      const count = (what: string): number =>
        Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? Number.NaN);
      resolve({ pass: count('pass'), fail: count('fail'), skipped: count('skipped') });
    });
  });
}

describe('the suites of the guides', () => {
  it.each([
    ['examples/testing-a-strategy/strategy.test.ts', { pass: 4, fail: 0, skipped: 0 }],
    ['examples/testing-a-strategy/restart.test.ts', { pass: 1, fail: 0, skipped: 0 }],
    ['examples/testing-a-strategy/volatility.test.ts', { pass: 2, fail: 0, skipped: 0 }],
    ['examples/custom-adapters/contract.test.ts', { pass: 37, fail: 0, skipped: 9 }],
  ])(
    '%s',
    async (path, counts) => {
      expect(await runSuite(path)).toEqual(counts);
    },
    SUITE_LIMIT_MS,
  );

  it('are all of them', () => {
    const suites = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `examples/${name.replaceAll('\\', '/')}`);
    expect(suites.sort()).toEqual(
      Object.values(SHOWN)
        .flat()
        .filter((name) => name.endsWith('.test.ts'))
        .sort(),
    );
  });
});
