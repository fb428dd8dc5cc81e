import { decimal, HUNDRED, toDecimalString } from '../../model/decimal.js';
import { grouped, moment, short, table } from '../text.js';
import type { EntryResult, ReplayLeg, ReplayResult } from './replay-result.js';

/** A replay for people: what each entry came to, and why. */
export function replayText(result: ReplayResult): string {
  return [entryTable(result), '', ...causes(result), ...summary(result)].join('\n');
}

function entryTable({ entries }: ReplayResult): string {
  const rows = entries.flatMap((entry) => {
    const head = [entry.id, entry.side, entry.quantity, entry.entryPrice, grouped(entry.entryRow)];
    if (entry.legs.length === 0)
      return [[...head, fateOf(entry), '', '', '', '', entry.realizedPnl]];
    return entry.legs.map((leg, index) => [
      ...(index === 0 ? head : ['', '', '', '', '']),
      leg.armed === true ? `${leg.reason}, trail armed` : leg.reason,
      percentOf(leg.portion),
      leg.level ?? '',
      leg.price === null ? '' : short(leg.price),
      leg.row === null ? '' : grouped(leg.row),
      index === 0 ? short(entry.realizedPnl) : '',
    ]);
  });
  return table(
    [
      'entry',
      'side',
      'quantity',
      'price',
      'row',
      'exit',
      'share',
      'level',
      'filled at',
      'row',
      'PnL',
    ],
    rows,
  );
}

function fateOf({ joined, mergedInto }: EntryResult): string {
  if (joined !== undefined) return `joined ${joined}`;
  return mergedInto === undefined ? 'reduced' : `merged into ${mergedInto}`;
}

/** The causal chain of every exit: price, rule, order, fill. */
function causes({ entries }: ReplayResult): string[] {
  const lines = entries.flatMap((entry) =>
    entry.legs.flatMap((leg) => (leg.cause === undefined ? [] : [causeOf(entry, leg)])),
  );
  return lines.length === 0 ? [] : ['Why', ...lines, ''];
}

function causeOf({ id, side }: EntryResult, leg: ReplayLeg): string {
  const { place, orderIds, role } = leg.cause as NonNullable<ReplayLeg['cause']>;
  const orders = `${role === 'close' ? 'market close' : `resting ${role}`} ${orderIds.join(', ')}`;
  const by = role === 'external' ? `order ${orderIds.join(', ')} of the other side` : orders;
  const rule = leg.level === null ? leg.reason : `at or past the ${leg.reason} level ${leg.level}`;
  return `  ${id}: ${place.source} ${place.price} in row ${grouped(place.row)} (${moment(place.time)}) ${rule} -> ${by} -> filled ${percentOf(leg.portion)} at ${short(leg.price ?? '')}${slippageOf(side, leg)}`;
}

/** How far the fill was from the level, in favour of the position = positive. */
function slippageOf(side: EntryResult['side'], { level, price }: ReplayLeg): string {
  if (level === null || price === null) return '';
  const difference = side === 'LONG' ? decimal(price).minus(level) : decimal(level).minus(price);
  if (difference.eq(0)) return ', at its level';
  const amount = short(toDecimalString(difference.abs()));
  return `, ${amount} ${difference.gt(0) ? 'better' : 'worse'} than its level`;
}

function summary({ symbol, rows, elapsedMs, entries, stats }: ReplayResult): string[] {
  const { hitRates, legs, realizedPnl, fees, netPnl } = stats;
  const rates = Object.entries(hitRates).map(
    ([reason, rate]) => `${reason} ${legs[reason]} (${Math.round(rate * 1_000) / 10} %)`,
  );
  if (legs.open !== undefined) rates.push(`open ${legs.open}`);
  const speed = elapsedMs > 0 ? `, ${grouped(Math.round((rows / elapsedMs) * 1_000))} rows/s` : '';
  return [
    `${symbol}: ${grouped(rows)} rows, ${moment(stats.from)} to ${moment(stats.to)} UTC`,
    `Entries ${entries.length}, tranches ${stats.tranches}. Exits: ${rates.join(', ') || 'none'}`,
    `PnL ${short(realizedPnl)}, fees ${short(fees)}, net ${short(netPnl)}`,
    ...(stats.clampedRows > 0
      ? [
          `${grouped(stats.clampedRows)} rows went back in time and were taken at the time of the row before`,
        ]
      : []),
    `Took ${grouped(elapsedMs)} ms${speed}`,
  ];
}

function percentOf(portion: string): string {
  return `${short(toDecimalString(decimal(portion).times(HUNDRED)), 2)} %`;
}
