import { moment, short, table } from '../text.js';
import type { SideCover } from './measure-cover.js';
import type { CoverReport } from './verify.js';

/** Cover for people. */
export function verifyText(report: CoverReport): string {
  const { exchange, account, checkedAt, positions } = report;
  return [
    `${exchange}, account ${account}, ${moment(checkedAt)} UTC; ${storeText(report)}`,
    '',
    ...coverLines(positions),
    verdict(report),
  ].join('\n');
}

export function coverLines(positions: readonly SideCover[]): readonly string[] {
  if (positions.length === 0) return [];
  return [
    table(
      ['symbol', 'side', 'held', 'stops resting', 'guarded by run', 'NOT COVERED', 'take-profit'],
      positions.map((row) => [
        row.symbol,
        row.side,
        row.held,
        `${row.resting}${levelsOf(row.stops)}`,
        row.local,
        row.uncovered,
        `${row.takeProfit}${levelsOf(row.takeProfits)}`,
      ]),
    ),
    ...positions.flatMap(({ symbol, side, notes }) =>
      notes.map((note) => `  ${symbol} ${side}: ${note}`),
    ),
    '',
  ];
}

function levelsOf(exits: SideCover['stops']): string {
  const levels = exits.flatMap(({ price }) => (price === null ? [] : [short(price)]));
  return levels.length === 0
    ? ''
    : ` at ${levels.slice(0, 5).join(', ')}${levels.length > 5 ? ', …' : ''}`;
}

function storeText({ store }: CoverReport): string {
  if (store === null) return 'no store, so no local guard counts';
  if (store.isRunBeating) return `run is alive on ${store.path}`;
  return store.isWriterPresent
    ? `a process holds ${store.path}, but no run beats on it: no local guard counts`
    : `nothing runs on ${store.path}: no local guard counts`;
}

function verdict({ positions, protected: isProtected, protectedIfCrashed }: CoverReport): string {
  if (positions.length === 0) return 'Nothing is held.';
  if (!isProtected) return 'NOT PROTECTED: something that is held is covered by nothing.';
  return protectedIfCrashed
    ? 'Everything is protected by resting stops.'
    : 'Everything is protected, some of it only as long as run lives.';
}
