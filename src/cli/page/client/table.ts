import { element } from './element.js';

/** A column: its head, how it is read, and what stands in it. */
export interface Column<Row> {
  readonly head: string;
  /** Numbers are set flush right in figures of one width. */
  readonly kind?: 'text' | 'number';
  /** A text, or an element that says the same by more than colour. */
  cell(row: Row): string | Node;
}

/**
 * Makes a table that can be scrolled by keyboard when it is wider than its place.
 *
 * @param caption what it lists; also the name of the place
 */
export function makeTable(caption: string): {
  readonly place: HTMLElement;
  readonly table: HTMLTableElement;
} {
  const table = element('table', {}, element('caption', {}, caption));
  const place = element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    table,
  );
  return { place, table };
}

/**
 * Fills a table anew. The first column heads its row.
 *
 * @param keyOf a row that is there already keeps its element, so that a selection is not lost
 */
export function fillTable<Row>(
  table: HTMLTableElement,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  empty: string,
): void {
  if (table.tHead === null) {
    const heads = columns.map(({ head, kind }) =>
      element('th', { scope: 'col', class: kind === 'number' ? 'number' : null }, head),
    );
    table.append(element('thead', {}, element('tr', {}, ...heads)));
  }
  const body = table.tBodies[0] ?? table.appendChild(element('tbody'));
  const known = new Map([...body.rows].map((row) => [row.dataset.key ?? '', row]));
  const wanted = rows.map((row) => {
    const key = keyOf(row);
    const line = known.get(key) ?? element('tr', { 'data-key': key });
    fillRow(line, columns, row);
    return line;
  });
  if (wanted.length === 0) {
    wanted.push(
      element('tr', {}, element('td', { colspan: columns.length, class: 'empty' }, empty)),
    );
  }
  if (wanted.length !== body.rows.length || wanted.some((row, index) => body.rows[index] !== row)) {
    body.replaceChildren(...wanted);
  }
}

function fillRow<Row>(line: HTMLTableRowElement, columns: readonly Column<Row>[], row: Row): void {
  columns.forEach((column, index) => {
    const shown = column.cell(row);
    const cell = line.cells[index] ?? line.appendChild(newCell(column, index));
    if (typeof shown === 'string') {
      if (cell.textContent !== shown || cell.firstElementChild !== null) cell.textContent = shown;
    } else if (!(cell.childNodes.length === 1 && cell.firstChild?.isEqualNode(shown))) {
      cell.replaceChildren(shown);
    }
  });
}

function newCell<Row>({ kind }: Column<Row>, index: number): HTMLTableCellElement {
  const attributes = { class: kind === 'number' ? 'number' : null };
  return index === 0 ? element('th', { scope: 'row', ...attributes }) : element('td', attributes);
}
