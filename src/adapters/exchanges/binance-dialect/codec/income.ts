import { decimal, toDecimalString } from '../../../../model/decimal.js';
import type { FundingReport } from '../../../../ports/exchange-adapter.js';
import { feeOf } from './account.js';
import { listOf, WireObject } from './wire-object.js';

/** Word for funding among the kinds of income. */
export const FUNDING_INCOME = 'FUNDING_FEE';

/** One page of funding, with how many rows it had on the wire. */
export interface IncomePage {
  readonly rows: number;
  readonly funding: readonly FundingReport[];
}

/** Reads a page of income. What is paid is negative there; which side it was for is not told. */
export function readIncome(body: unknown): IncomePage {
  const rows = listOf(body, 'income');
  return { rows: rows.length, funding: rows.flatMap(fundingOf) };
}

function fundingOf(row: unknown): readonly FundingReport[] {
  const read = new WireObject(row, 'income');
  if (read.text('incomeType') !== FUNDING_INCOME) return [];
  const symbol = read.symbol();
  const amount = toDecimalString(decimal(read.amount('income')).times(-1));
  const report = { symbol, id: read.id('tranId'), amount, time: read.time('time') };
  const isInQuote = feeOf(symbol, read.text('asset'), amount).fee !== undefined;
  return isInQuote ? [report] : [];
}
