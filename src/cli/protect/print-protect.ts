import { table } from '../text.js';
import { coverLines } from '../verify/print-verify.js';
import type { MissingExit } from './missing-exits.js';
import type { ProtectResult } from './protect.js';

/** What is missing, for people. */
export function missingText(missing: readonly MissingExit[]): string {
  if (missing.length === 0) return 'Nothing is missing.';
  return table(
    ['symbol', 'side', 'missing', 'quantity', 'level', ''],
    missing.map(({ symbol, side, role, quantity, level, obstacle }) => [
      symbol,
      side,
      role,
      quantity,
      level ?? '',
      obstacle === null ? '' : `cannot be placed: ${obstacle}`,
    ]),
  );
}

/** What was done about it. What was missing has been shown before. */
export function protectText({ did, placed, remaining, cover }: ProtectResult): string {
  if (did === 'checked') return '';
  if (did === 'declined') return 'Nothing was placed.';
  return [
    '',
    ...placed.map(
      ({ symbol, side, role, quantity, level, outcome, detail }) =>
        `${outcome}: ${role} of ${symbol} ${side}, ${quantity} at ${level}${detail === null ? '' : ` (${detail})`}`,
    ),
    '',
    ...coverLines(cover.positions),
    remaining.length === 0
      ? 'Everything that was missing rests at the exchange.'
      : `STILL MISSING:\n${missingText(remaining)}`,
  ].join('\n');
}
