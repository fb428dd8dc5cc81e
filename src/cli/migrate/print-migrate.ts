import { MIGRATE_LISTED_MAX } from '../../limits.js';
import { short, table } from '../text.js';
import type { Check, ExitLine, MigrateReport, SideLine } from './report.js';
import type { RollbackReport } from './rollback.js';

/** What was found, for people: before anything is asked. */
export function surveyText(report: MigrateReport): string {
  return [
    ...checkLines(report.checks),
    '',
    ...positionLines(report.positions),
    ...exitLines(report.exits),
    ...settingsLines(report),
  ].join('\n');
}

/** What became of it. */
export function outcomeText(report: MigrateReport): string {
  const { did, store, config, backup, account } = report;
  const whose =
    account === null
      ? 'It belongs to the first monitor that opens it.'
      : `It belongs to account ${account}.`;
  switch (did) {
    case 'migrated':
      return [
        `Migrated: ${store}, configuration ${config}, backup ${backup}.`,
        whose,
        `Next: position-monitor verify --config ${config}${report.settings?.exchange === null ? ', once it names the exchange: "exchange": { "id": … }' : ''}`,
      ].join('\n');
    case 'finished':
      return `An earlier run was killed over its last step, which is done now: ${store}, configuration ${config}.`;
    case 'dry-run':
      return 'It would work. Nothing was left behind.';
    case 'declined':
      return 'Nothing was changed.';
    case 'not-ready':
      return 'NOT READY: see the failures above. Nothing was changed.';
    case 'mismatch':
      return [
        'MISMATCH: no store was made, the old files are as they were.',
        ...report.positions
          .filter(({ verdict }) => verdict === 'mismatch' || verdict === 'undecided')
          .map(
            ({ symbol, side, verdict }) => `${symbol} ${side}: ${REMEDIES[verdict as 'mismatch']}`,
          ),
      ].join('\n');
  }
}

const REMEDIES = {
  mismatch:
    'no table says what the account holds. --accept-exchange imports what it holds, as one tranche',
  undecided:
    'see its notes above. What nobody can confirm the exchange decides (--exchange), or the database (--accept-database)',
} as const;

export function rollbackText({ did, backup, unchanged, restored, kept }: RollbackReport): string {
  if (did === 'declined') return 'Nothing was changed.';
  if (did === 'nothing-to-do')
    return 'The migration had changed nothing yet; what it left is gone.';
  return [
    `Rolled back to ${backup}.`,
    ...unchanged.map((path) => `as backed up: ${path}`),
    ...restored.map((path) => `put back:     ${path}`),
    ...kept.map((path) => `kept:         ${path}`),
  ].join('\n');
}

const MARKS = { ok: 'ok', warning: 'WARNING', failure: 'FAILURE' } as const;

function checkLines(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ id, status, detail, remedy }) => [
    `${MARKS[status].padEnd(8)} ${id.padEnd(17)} ${detail}`,
    ...(remedy === null ? [] : [`${''.padEnd(26)} -> ${remedy}`]),
  ]);
}

function positionLines(lines: readonly SideLine[]): readonly string[] {
  if (lines.length === 0) return ['No open position.', ''];
  return [
    table(
      ['symbol', 'side', 'old database', 'exchange', 'new store', 'tranches', ''],
      lines.map((line) => [
        line.symbol,
        line.side,
        databaseText(line),
        line.exchange ?? 'not read',
        line.store,
        line.tranches
          .map(({ quantity, entryPrice }) => `${quantity} at ${short(entryPrice)}`)
          .join('\n'),
        `${VERDICTS[line.verdict]}${line.source === null ? '' : ` (${line.source})`}`,
      ]),
    ),
    ...lines.flatMap(({ symbol, side, notes }) =>
      notes.map((note) => `  ${symbol} ${side}: ${note}`),
    ),
    '',
  ];
}

const VERDICTS = {
  agreed: 'agreed',
  exchange: 'the exchange decides',
  accepted: 'accepted',
  undecided: 'NEEDS A DECISION',
  mismatch: 'MISMATCH',
} as const;

/** One number where all tables say the same. */
function databaseText({ database }: SideLine): string {
  const amounts = [...new Set(Object.values(database))];
  const [only] = amounts;
  if (only === undefined) return 'nothing';
  if (amounts.length === 1) return only;
  return Object.entries(database)
    .map(([name, amount]) => `${amount} ${name}`)
    .join('\n');
}

const STATES = {
  'taken-over': 'the monitor goes on with it',
  resting: 'STAYS NOBODY\u2019S: cancel it once verify is green',
  gone: 'does not rest any more',
  unknown: 'not looked for',
} as const;

function exitLines(exits: readonly ExitLine[]): readonly string[] {
  const worth = exits.filter(({ state }) => state !== 'gone');
  if (worth.length === 0) return [];
  const rows = worth
    .slice(0, MIGRATE_LISTED_MAX)
    .map(({ symbol, side, orderId, state, detail }) => [
      symbol,
      side,
      orderId,
      detail,
      STATES[state],
    ]);
  const more = worth.length - rows.length;
  return [
    'Exits of the older system',
    table(['symbol', 'side', 'order', '', ''], rows),
    ...(more > 0 ? [`and ${more} more (--json lists all)`] : []),
    '',
  ];
}

function settingsLines({ settings, config }: MigrateReport): readonly string[] {
  if (settings === null) return [];
  const list = (label: string, paths: readonly string[]): readonly string[] => {
    const shown = paths.slice(0, MIGRATE_LISTED_MAX).join(', ');
    const more =
      paths.length > MIGRATE_LISTED_MAX ? `, and ${paths.length - MIGRATE_LISTED_MAX} more` : '';
    return paths.length === 0 ? [] : [`  ${label}: ${shown}${more}`];
  };
  return [
    `Configuration ${config}`,
    ...list('does not concern protection', settings.ignored),
    ...list('not known to anybody', settings.unknown),
    ...list('secrets, not copied', settings.secrets),
    '',
  ];
}
