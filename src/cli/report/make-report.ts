import { basename } from 'node:path';
import { REPORT_DIGITS, WARNINGS_LISTED_MAX } from '../../limits.js';
import { type Decimal, decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import type { EntryBook } from '../replay/entry-book.js';
import type { ReplayOptions } from '../replay/replay-options.js';
import type { EntryResult, ReplayResult } from '../replay/replay-result.js';
import type { ReportData, ReportExit, ReportRule, ReportTranche } from './report-data.js';
import { exitsOf } from './report-exits.js';
import type { RecordedTranche, ReportRecorder } from './report-recorder.js';
import { slippageOver } from './slippage.js';

export interface ReportParts {
  readonly options: ReplayOptions;
  readonly result: ReplayResult;
  readonly book: Pick<EntryBook, 'made' | 'ownerOf'>;
  readonly recorder: ReportRecorder;
  readonly contractSize: Decimal;
  readonly stepsPerRow: number;
}

/** Puts together what a report shows. The same replay gives the same report: how long it took is left out. */
export function reportOf(parts: ReportParts): ReportData {
  const { options, result, book, recorder, contractSize } = parts;
  const { stats } = result;
  const recorded = [...recorder.tranches.values()];
  const places = new Map(recorded.map(({ track }, index) => [track.id, index]));
  const exits = exitsOf(result.entries, recorder, contractSize, places);
  const pnl = recorder.pnl.data;
  return {
    symbol: result.symbol,
    from: stats.from,
    to: stats.to,
    rows: result.rows,
    stepsPerRow: parts.stepsPerRow,
    setup: {
      ticks: basename(options.ticksFile),
      config: basename(options.configFile),
      entries: basename(options.entriesFile),
      fills: fillsOf(options),
    },
    summary: {
      ...summaryOf(result, recorded),
      exits: exits.length,
      unrealizedPnl: toDecimalString(recorder.pnl.unrealized),
      maxDrawdown: shortDecimal(pnl.maxDrawdown),
      slippage: slippageOver(exits, contractSize),
    },
    rules: rulesOf(exits, stats.hitRates, contractSize),
    prices: linesOf(recorder),
    pnl,
    tranches: recorded.map((tranche) => trancheOf(tranche, book)),
    entries: result.entries.map((entry, index) => {
      const own = book.made[index]?.trancheId ?? null;
      return {
        id: entry.id,
        side: entry.side,
        quantity: entry.quantity,
        price: entry.entryPrice,
        row: entry.entryRow,
        time: entry.entryTime,
        tranche: own === null ? null : (places.get(own) ?? null),
        fate: fateOf(entry),
      };
    }),
    exits,
    movesLeftOut: recorder.moves.leftOut,
    warnings: stats.warnings.slice(0, WARNINGS_LISTED_MAX),
    warningsLeftOut: Math.max(stats.warnings.length - WARNINGS_LISTED_MAX, 0),
  };
}

function summaryOf({ entries, stats }: ReplayResult, recorded: readonly RecordedTranche[]) {
  const closed = recorded.flatMap((tranche) => tranche.closed ?? []);
  return {
    entries: entries.length,
    tranches: stats.tranches,
    open: stats.legs.open ?? 0,
    realizedPnl: stats.realizedPnl,
    fees: stats.fees,
    netPnl: stats.netPnl,
    won: closed.filter(({ realizedPnl, fees }) => decimal(realizedPnl).gt(fees)).length,
    closed: closed.filter(({ reason }) => reason !== 'merged').length,
    clampedRows: stats.clampedRows,
  };
}

/** The most frequent rule first. */
function rulesOf(
  exits: readonly ReportExit[],
  hitRates: Readonly<Record<string, number>>,
  contractSize: Decimal,
): readonly ReportRule[] {
  const reasons = [...new Set(exits.map(({ reason }) => reason))];
  return reasons
    .map((reason) => {
      const own = exits.filter((exit) => exit.reason === reason);
      return {
        reason,
        exits: own.length,
        hitRate: hitRates[reason] ?? 0,
        pnl: toDecimalString(sumDecimals(own.map(({ pnl }) => decimal(pnl)))),
        slippage: slippageOver(own, contractSize),
      };
    })
    .sort((a, b) => b.exits - a.exits || (a.reason < b.reason ? -1 : 1));
}

function linesOf({ bid, ask }: ReportRecorder): ReportData['prices'] {
  const asks = ask.line();
  if (asks.samples === 0) return [{ source: 'LAST', ...bid.line() }];
  return [
    { source: 'BID', ...bid.line() },
    { source: 'ASK', ...asks },
  ];
}

function trancheOf({ track, closed }: RecordedTranche, book: ReportParts['book']): ReportTranche {
  const { id, side, number, entryPrice, resting, guard, targets, rules } = track;
  return {
    id,
    side,
    number,
    entry: book.ownerOf(id)?.request.id ?? '',
    opened: track.opened,
    closed: track.closed,
    reason: closed?.reason ?? null,
    entryPrice: entryPrice.data,
    resting: resting.data,
    guard: guard.data,
    targets: targets.map((line) => line.data),
    rules,
    trailArmed: track.trailArmed,
    breakevenReached: track.breakevenReached,
  };
}

function fateOf({ joined, mergedInto, trancheId }: EntryResult): string {
  if (joined !== undefined) return `joined ${joined}`;
  if (mergedInto !== undefined) return `merged into ${mergedInto}`;
  return trancheId === null ? 'reduced' : '';
}

function fillsOf({ fills: { fees, slippageBps, latencyMs } }: ReplayOptions): string {
  const { makerPct, takerPct } = fees;
  const rates = makerPct === takerPct ? `fees ${makerPct} %` : `fees ${makerPct} / ${takerPct} %`;
  return `${rates}, slippage ${slippageBps} bps, latency ${latencyMs} ms`;
}

/** A sum of numbers, without what they cannot hold. */
function shortDecimal(value: number): string {
  return toDecimalString(decimal(value.toFixed(REPORT_DIGITS)));
}
