import type { ChartData } from '../../page/client/chart-data.js';
import { element, setText } from '../../page/client/element.js';
import { percentText } from '../../page/client/format.js';
import { createPriceChart, type PriceChart } from '../../page/client/price-chart.js';
import { type Column, fillTable, makeTable } from '../../page/client/table.js';
import type { LivePicture } from '../live-picture.js';
import { type LevelRow, levelsOf } from './live-levels.js';
import { PointBuffer } from './point-buffer.js';
import { priceOf } from './position-table.js';

const COLUMNS: readonly Column<LevelRow>[] = [
  { head: 'level', cell: ({ name }) => name },
  { head: 'of', cell: ({ of }) => of },
  { head: 'price', kind: 'number', cell: ({ price }) => priceOf(price) },
  {
    head: 'away',
    kind: 'number',
    cell: ({ price, last }) =>
      last === null ? '–' : percentText(Number(price) / Number(last) - 1),
  },
];

/** The price of one symbol against the levels of what is held in it, as a drawing and as a table. */
export class ChartPanel {
  readonly place: HTMLElement;
  readonly #choice = element('select', { id: 'symbol' });
  readonly #note = element('p', { class: 'quiet' });
  readonly #table: HTMLTableElement;
  readonly #points = new PointBuffer();
  readonly #chart: PriceChart;
  #symbol: string | null = null;

  /** @param onChoice another symbol is to be shown: its prices are wanted */
  constructor(onChoice: () => void) {
    const { place, table } = makeTable('Levels');
    this.#table = table;
    this.#chart = createPriceChart('Price against levels');
    this.#choice.addEventListener('change', () => {
      this.#symbol = this.#choice.value;
      this.#points.clear();
      onChoice();
    });
    this.place = element(
      'section',
      { class: 'panel' },
      element(
        'div',
        { class: 'head' },
        element('h2', {}, 'Price against levels'),
        element('label', { class: 'quiet', for: 'symbol' }, 'Symbol ', this.#choice),
      ),
      this.#chart.place,
      this.#note,
      place,
    );
  }

  /** What to ask for: the chosen symbol, from the last point that is known on. */
  wanted(): string {
    if (this.#symbol === null) return '';
    return new URLSearchParams({
      symbol: this.#symbol,
      since: `${this.#points.lastTime ?? 0}`,
    }).toString();
  }

  show(picture: LivePicture): void {
    this.#offer([...new Set(picture.positions.map(({ symbol }) => symbol))]);
    const { prices, positions } = picture;
    const isFirst = this.#points.lastTime === null;
    // A picture that was asked for before the choice brings the levels already, but no prices of it.
    const own = prices?.symbol === this.#symbol ? prices : null;
    this.#points.add(own?.points ?? []);
    const held = positions.filter(({ symbol }) => symbol === this.#symbol);
    const rows = levelsOf(held);
    const data: ChartData = { ...this.#points.columns(), levels: rows.map(levelOf), marks: [] };
    this.#chart.show(data, !isFirst);
    if (own !== null) {
      setText(
        this.#note,
        own.points.length === 0
          ? 'No price has come yet.'
          : `${own.source} price; each point is a second, the band its lowest and highest price.`,
      );
    }
    fillTable(this.#table, COLUMNS, rows, ({ key }) => key, 'No level is in force.');
  }

  /** Symbols that are held. The one that is shown stays on offer until another one is chosen or held. */
  #offer(symbols: readonly string[]): void {
    const first = symbols[0];
    if (first !== undefined && (this.#symbol === null || !symbols.includes(this.#symbol))) {
      this.#symbol = first;
      this.#points.clear();
    }
    const shown = symbols.length === 0 && this.#symbol !== null ? [this.#symbol] : symbols;
    const known = [...this.#choice.options].map(({ value }) => value);
    if (known.join() !== shown.join()) {
      this.#choice.replaceChildren(
        ...shown.map((symbol) => element('option', { value: symbol }, symbol)),
      );
    }
    if (this.#symbol !== null && this.#choice.value !== this.#symbol) {
      this.#choice.value = this.#symbol;
    }
  }
}

function levelOf({ kind, name, of, price }: LevelRow): ChartData['levels'][number] {
  return { kind, label: `${name} ${of} ${priceOf(price)}`, price: Number(price) };
}
