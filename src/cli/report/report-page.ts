import { pageAssets } from '../page/assets.js';
import { pageDocument } from '../page/page-document.js';
import { type ReportParts, reportOf } from './make-report.js';

/** The report of a replay: one HTML text that needs nothing else. */
export function reportPage(parts: ReportParts): string {
  return pageDocument({
    title: `Replay of ${parts.result.symbol}`,
    assets: pageAssets('report'),
    data: reportOf(parts),
    policy: 'in-page',
  }).html;
}
