import { element } from '../../page/client/element.js';
import { percentText, shortDecimal } from '../../page/client/format.js';
import { type Column, fillTable, makeTable } from '../../page/client/table.js';
import type { LivePicture, LivePosition } from '../live-picture.js';
import { coverBar } from './cover-bar.js';

const COLUMNS: readonly Column<LivePosition>[] = [
  { head: 'symbol', cell: ({ symbol }) => symbol },
  { head: 'side', cell: ({ side }) => sideText(side) },
  { head: 'quantity', kind: 'number', cell: ({ quantity }) => quantity },
  { head: 'entry', kind: 'number', cell: (row) => priceOf(row.entryPrice) },
  { head: 'price', kind: 'number', cell: (row) => priceOf(row.lastPrice) },
  { head: 'moved', kind: 'number', cell: movedText },
  { head: 'unrealised', kind: 'number', cell: (row) => priceOf(row.unrealizedPnl) },
  { head: 'tranches', kind: 'number', cell: ({ tranches }) => `${tranches.length}` },
  { head: 'covered by', cell: coverBar },
];

/** Every side that holds something, and what covers it. */
export class PositionTable {
  readonly place: HTMLElement;
  readonly #table: HTMLTableElement;

  constructor() {
    const { place, table } = makeTable('Positions');
    this.#table = table;
    this.place = element('section', { class: 'panel' }, element('h2', {}, 'Positions'), place);
  }

  show({ positions }: LivePicture): void {
    fillTable(
      this.#table,
      COLUMNS,
      positions,
      ({ symbol, side }) => `${symbol} ${side}`,
      'Nothing is held.',
    );
  }
}

export function sideText(side: LivePosition['side']): string {
  return side === 'LONG' ? '↑ LONG' : '↓ SHORT';
}

export function priceOf(value: string | null): string {
  return value === null ? '–' : shortDecimal(value).replace(/^-/, '−');
}

/** In favour of the position is plus. */
function movedText({ side, entryPrice, lastPrice }: LivePosition): string {
  if (entryPrice === null || lastPrice === null) return '–';
  const share = Number(lastPrice) / Number(entryPrice) - 1;
  return percentText(side === 'LONG' ? share : -share);
}
