import { element, setText } from '../../page/client/element.js';
import { momentText, timeText } from '../../page/client/format.js';
import type { ChartScene } from './chart-scene.js';
import { signedText } from './numbers.js';
import { type Points, placeOf, valueAt } from './segments.js';
import { type TrancheLines, trancheName } from './tranche-lines.js';

export interface Readout {
  readonly place: HTMLElement;
  /** Says what is at a time; `null` = nothing is pointed at. */
  tell(time: number | null, tranche: number | null): void;
  /** Has what was told last read aloud: for keys, not for every move of a mouse. */
  announce(): void;
}

export const KEYS =
  'Drag to zoom, or with the keyboard: arrows move the cursor (Shift: faster), + and − zoom, 0 shows everything. Times are UTC.';
/** Tranches that are told of at once. */
const TRANCHES_TOLD_MAX = 3;

/** The line below the chart that reads out what is under the cursor. */
export function readoutOf({ data, prices, total, tranches }: ChartScene): Readout {
  const [price = { times: [], values: [] }] = prices;
  const line = element('p', { class: 'readout' }, KEYS);
  const spoken = element('p', { class: 'unseen', role: 'status' });
  const place = element(
    'div',
    { class: 'reading' },
    line,
    spoken,
    element('p', { id: 'chart-keys', class: 'unseen' }, KEYS),
  );
  const textAt = (time: number, chosen: number | null): string => {
    const own = tranches.filter(
      ({ place: index, from, to }) =>
        (chosen === null || index === chosen) && from <= time && time <= to,
    );
    const told = own.slice(0, TRANCHES_TOLD_MAX).map((tranche) => levelsAt(tranche, time));
    const more = own.length - told.length;
    return [
      `${momentText(time)}${timeText(time, true).slice(8)}`,
      `${data.symbol} ${valueBefore(price, time)}`,
      `PnL ${signedText(valueBefore(total, time))}`,
      ...told,
      ...(more > 0 ? [`and ${more} more tranches`] : []),
    ].join('  ·  ');
  };
  return {
    place,
    tell: (time, tranche) => setText(line, time === null ? KEYS : textAt(time, tranche)),
    announce: () => setText(spoken, line.textContent ?? ''),
  };
}

function levelsAt({ tranche, lines }: TrancheLines, time: number): string {
  const levels = lines.flatMap(({ name, kind, segments }) => {
    const value = kind === 'entry' ? null : valueAt(segments, time);
    return value === null ? [] : [`${name} ${value}`];
  });
  const rule = tranche.rules.findLast((set) => set.time <= time)?.rule;
  return `${trancheName(tranche)}: ${levels.join(', ')}${rule === undefined ? '' : ` (${rule})`}`;
}

function valueBefore({ times, values }: Points, time: number): number {
  const place = placeOf(times, time);
  const index = times[place] === time ? place : Math.max(place - 1, 0);
  return values[index] ?? 0;
}
