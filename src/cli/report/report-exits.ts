import { type Decimal, decimal, sumDecimals, toDecimalString, ZERO } from '../../model/decimal.js';
import type { ExitView } from '../../model/views.js';
import type { EntryResult, ReplayLeg } from '../replay/replay-result.js';
import type { OrderLife } from './order-lives.js';
import type { ReportChain, ReportExit, ReportHit, ReportRequest } from './report-data.js';
import type { RecordedTranche, ReportRecorder } from './report-recorder.js';
import { bpsOf, slippageOf } from './slippage.js';

/** Every executed leg in the order of time, with the chain that led to it. */
export function exitsOf(
  entries: readonly EntryResult[],
  recorder: ReportRecorder,
  contractSize: Decimal,
  places: ReadonlyMap<string, number>,
): readonly ReportExit[] {
  const exits = entries.flatMap((entry) => {
    const { trancheId } = entry;
    const tranche = trancheId === null ? undefined : recorder.tranches.get(trancheId);
    const place = trancheId === null ? undefined : places.get(trancheId);
    if (tranche === undefined || place === undefined) return [];
    return entry.legs.flatMap((leg) =>
      leg.reason === 'open' ? [] : [exitOf(entry, leg, tranche, place, contractSize)],
    );
  });
  return exits.sort((a, b) => a.time - b.time || (a.row ?? 0) - (b.row ?? 0));
}

function exitOf(
  { id, side }: EntryResult,
  leg: ReplayLeg,
  tranche: RecordedTranche,
  place: number,
  contractSize: Decimal,
): ReportExit {
  const fills = leg.fills ?? [];
  const price = decimal(leg.price ?? 0);
  const level = leg.level === null ? null : decimal(leg.level);
  const slippage = level === null ? null : slippageOf(side, level, price);
  return {
    entry: id,
    tranche: place,
    side,
    reason: leg.reason,
    portion: leg.portion,
    quantity: toDecimalString(sumDecimals(fills.map(({ quantity }) => decimal(quantity)))),
    level: leg.level,
    price: toDecimalString(price),
    row: leg.row,
    time: leg.time ?? 0,
    slippage: slippage === null ? null : toDecimalString(slippage),
    slippageBps: slippage === null || level === null ? null : bpsOf(slippage, level),
    pnl: toDecimalString(earnedBy(fills, tranche, contractSize)),
    fees: toDecimalString(sumDecimals(fills.map(({ fee }) => decimal(fee)))),
    chain: chainOf(leg, fills, tranche),
  };
}

/** Against the entry price that the tranche had when it was left: later entries change nothing of it. */
function earnedBy(
  fills: readonly ExitView[],
  { track: { entryPrice, side } }: RecordedTranche,
  contractSize: Decimal,
): Decimal {
  return sumDecimals(
    fills.map(({ price, quantity, time }) => {
      const entry = entryPrice.before(time);
      if (entry === null) return ZERO;
      return slippageOf(side, decimal(entry), decimal(price)).times(quantity);
    }),
  ).times(contractSize);
}

function chainOf(
  { cause, reason, level }: ReplayLeg,
  fills: readonly ExitView[],
  { track, orders, closed }: RecordedTranche,
): ReportChain {
  const own = closed?.chain;
  // Where our guard acted its own evidence says why; else it is the price that the exchange executed at.
  const isOurs =
    own !== undefined && cause?.role === 'close' && own.rule === reason && own.level === level;
  const at = cause?.place ?? null;
  const seen = at && { source: at.source, price: `${at.price}`, time: at.time, row: at.row };
  const ids = new Set(fills.map(({ orderId }) => orderId));
  return {
    tick: isOurs && own.tick !== null ? { ...own.tick, row: rowOf(own.tick, track.hits) } : seen,
    hits: track.hits
      .filter((hit) => hit.rule === reason && hit.level === level)
      .map(({ time, row, rule, level: at, source, price, decision }) => ({
        ...{ time, row, rule, level: at, source, price, decision },
      })),
    requests: [...ids].flatMap((id) => {
      const life = orders.of(id);
      return life === undefined ? [] : [requestOf(life)];
    }),
    requestsOfTranche: own === undefined ? null : own.requests.length,
    fills: fills.map(({ orderId, quantity, price, fee, time }) => ({
      ...{ orderId, quantity, price, fee, time },
    })),
  };
}

/** Evidence carries no row; it has that of the level that was seen to be reached at its time. */
function rowOf(tick: { readonly time: number }, hits: readonly ReportHit[]): number | null {
  return hits.find(({ time }) => time === tick.time)?.row ?? null;
}

function requestOf({ view, sentAt, acceptedAt, endedAt }: OrderLife): ReportRequest {
  return {
    id: view.clientOrderId,
    role: view.role,
    kind: view.kind,
    level: view.triggerPrice ?? view.price,
    quantity: view.quantity,
    status: view.status,
    sentAt,
    acceptedAt,
    endedAt,
  };
}
