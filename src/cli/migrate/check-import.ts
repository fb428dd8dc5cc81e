import { type Decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import { remaining, type Tranche } from '../../model/tranche.js';
import type { LiveHost } from '../live-config/live-host.js';
import { lookAtExchange } from './exchange-look.js';
import type { OldPaths } from './files/migrate-paths.js';
import { readTranches } from './import/write-store.js';
import type { SideLine } from './report.js';
import type { MigrationSurvey } from './survey.js';

export interface ImportCheck {
  readonly store: string;
  readonly survey: MigrationSurvey;
  readonly old: OldPaths;
  readonly host: LiveHost;
}

/**
 * Holds three things against each other: what was read from the old database, what the new store says when it is opened
 * again, and what the account holds now, read once more.
 *
 * @returns the lines of the report; whatever differs is a mismatch, with what differs
 */
export async function threeWayCheck(check: ImportCheck): Promise<readonly SideLine[]> {
  const { store, survey, old, host } = check;
  const { plan, look, translated } = survey;
  if (plan === null || translated === null) throw new Error('there is something to check');
  const stored = await readTranches(store);
  const strangers = stored.filter(
    ({ id }) => !plan.migrated.some(({ tranche }) => tranche.id === id),
  );
  const now =
    look?.state === 'read' ? await lookAtExchange(translated, old.settings, host, () => []) : null;
  return plan.lines.map((line) => {
    const { symbol, side } = line;
    const own = stored.filter((row) => row.symbol === symbol && row.side === side);
    const notes: string[] = [];
    const planned = plan.migrated.filter(
      ({ tranche }) => tranche.symbol === symbol && tranche.side === side,
    );
    for (const { tranche } of planned) {
      const found = own.find(({ id }) => id === tranche.id);
      if (found === undefined || !isEqual(found, tranche)) {
        notes.push(`the new store does not hold ${tranche.id} as it was read`);
      }
    }
    for (const { id } of strangers.filter((row) => own.includes(row))) {
      notes.push(`the new store holds ${id}, which nobody asked for`);
    }
    const held = sumDecimals(own.map(remaining));
    const account = accountOf(now, line);
    if (account === 'unreadable') notes.push('the account could not be read again');
    else if (account !== null && !account.eq(held)) {
      notes.push(
        `the account holds ${toDecimalString(account)} now, the new store ${toDecimalString(held)}`,
      );
    }
    return {
      ...line,
      store: toDecimalString(held),
      exchange:
        account === null || account === 'unreadable' ? line.exchange : toDecimalString(account),
      verdict: notes.length === 0 ? line.verdict : 'mismatch',
      notes: [...line.notes, ...notes],
    };
  });
}

function accountOf(
  now: Awaited<ReturnType<typeof lookAtExchange>> | null,
  { symbol, side }: SideLine,
): Decimal | 'unreadable' | null {
  if (now === null) return null;
  if (now.state !== 'read') return 'unreadable';
  const rows = now.positions.filter((row) => row.symbol === symbol && row.side === side);
  return sumDecimals(rows.map(({ quantity }) => quantity));
}

function isEqual(a: Tranche, b: Tranche): boolean {
  return (
    a.state === 'OPEN' &&
    remaining(a).eq(remaining(b)) &&
    a.openedCost.eq(b.openedCost) &&
    a.entryPrice.eq(b.entryPrice)
  );
}
