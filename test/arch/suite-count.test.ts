import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly problems: readonly string[];
}

const summary = new URL('../../scripts/lib/vitest-summary.mjs', import.meta.url).href;
const { countTests }: { countTests(path: string, exitCode: number): Counts } = await import(
  /* @vite-ignore */ summary
);

const folder = mkdtempSync(join(tmpdir(), 'position-monitor-count-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const results = (...statuses: string[]) => statuses.map((status) => ({ status }));

describe('the count at the end of all checks', () => {
  it('takes each test once', () => {
    const testResults = [
      { status: 'passed', assertionResults: results('passed', 'passed', 'pending', 'todo') },
      { status: 'failed', assertionResults: results('passed', 'failed') },
    ];
    expect(count({ success: false, testResults }, 1)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 2,
      problems: [],
    });
  });

  it.each([
    [
      'a file that could not be loaded',
      { testResults: [passing(), { name: 'x', status: 'failed' }] },
      1,
    ],
    ['a crash after the last test', { success: true, testResults: [passing()] }, 1],
    ['an error outside of any test', { success: false, testResults: [passing()] }, 0],
    ['an empty run', { success: true, testResults: [] }, 0],
    ['a status that nobody knows', { testResults: [{ assertionResults: results('odd') }] }, 0],
    ['a report of another shape', {}, 0],
  ])('counts %s as a failure', (_what, report, exitCode) => {
    expect(count(report, exitCode).failed).toBe(1);
  });

  it('counts a missing or broken report as a failure', () => {
    expect(countTests(join(folder, 'none.json'), 0)).toMatchObject({ passed: 0, failed: 1 });
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{ "testResults": [');
    expect(countTests(broken, 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

function passing() {
  return { name: 'fine', status: 'passed', assertionResults: results('passed') };
}

function count(report: unknown, exitCode: number): Counts {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(report));
  return countTests(path, exitCode);
}
