import { readFileSync } from 'node:fs';
import type { ReportData } from '../../../src/cli/report/report-data.js';

/** What a report was made with, read out of its page. */
export function reportDataOf(file: string): ReportData {
  const page = readFileSync(file, 'utf8');
  const data = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page)?.[1];
  if (data === undefined) throw new Error(`${file} has no data`);
  return JSON.parse(data);
}
