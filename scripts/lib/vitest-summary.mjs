import { existsSync, readFileSync } from 'node:fs';

/**
 * Counts tests in a report of vitest's JSON reporter. Anything that keeps the report from being believed counts as a failure.
 *
 * @param path the report
 * @param exitCode what vitest ended with
 * @returns counts, and one sentence for each failure that is no failed test
 */
export function countTests(path, exitCode) {
  const report = readReport(path);
  if (typeof report === 'string') return { passed: 0, failed: 1, skipped: 0, problems: [report] };
  const counts = { passed: 0, failed: 0, skipped: 0, problems: [] };
  for (const file of report.testResults) {
    const results = file.assertionResults ?? [];
    for (const { status } of results) counts[kindOf(status)] += 1;
    const explained = results.some(({ status }) => kindOf(status) === 'failed');
    if (file.status === 'failed' && !explained) {
      problem(counts, `${file.name} could not be run: ${file.message || 'no message'}`);
    }
  }
  if (counts.passed + counts.failed === 0) problem(counts, 'no test was run');
  if (exitCode !== 0 && counts.failed === 0) {
    problem(counts, `vitest ended with ${exitCode} although no test failed`);
  }
  if (report.success === false && counts.failed === 0) {
    problem(counts, 'vitest reports no success although no test failed');
  }
  return counts;
}

function problem(counts, sentence) {
  counts.failed += 1;
  counts.problems.push(sentence);
}

/** A status nobody knows is a failure, not a pass. */
function kindOf(status) {
  if (status === 'passed') return 'passed';
  return ['skipped', 'pending', 'todo', 'disabled'].includes(status) ? 'skipped' : 'failed';
}

function readReport(path) {
  if (!existsSync(path)) return 'vitest wrote no report';
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(report.testResults) ? report : 'the report of vitest lists no files';
  } catch (error) {
    return `the report of vitest cannot be read: ${error.message}`;
  }
}
