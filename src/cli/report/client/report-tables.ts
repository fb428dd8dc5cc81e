import { element } from '../../page/client/element.js';
import { momentText, shortDecimal, timeText } from '../../page/client/format.js';
import { type Column, fillTable, makeTable } from '../../page/client/table.js';
import type { ReportData, ReportEntry, ReportRule } from '../report-data.js';
import { toneOf } from './exit-table.js';
import { countText, digitsForAll, shareText, signedText } from './numbers.js';
import { signIcon } from './rule-signs.js';

/** How often each rule ended something, what it earned and how far its fills were from its level. */
export function ruleTable({ rules, exits }: ReportData): HTMLElement {
  const digits = digitsForAll(rules.map(({ pnl }) => pnl));
  const columns: readonly Column<ReportRule>[] = [
    {
      head: 'rule',
      cell: ({ reason }) => element('span', { class: 'rule' }, signIcon(reason), reason),
    },
    { head: 'exits', kind: 'number', cell: (rule) => countText(rule.exits) },
    { head: 'hit rate', cell: ({ hitRate }) => rateBar(hitRate) },
    {
      head: 'PnL',
      kind: 'number',
      cell: ({ pnl }) => element('span', { class: toneOf(pnl) }, signedText(pnl, digits)),
    },
    { head: 'slippage', kind: 'number', cell: ({ slippage }) => bps(slippage?.meanBps) },
    { head: 'worst', kind: 'number', cell: ({ slippage }) => bps(slippage?.worstBps) },
    {
      head: 'in all',
      kind: 'number',
      cell: ({ slippage }) => (slippage === null ? '–' : signedText(slippage.total)),
    },
  ];
  const { place, table } = makeTable('Exits by rule: hit rate, PnL before fees, slippage');
  fillTable(table, columns, rules, ({ reason }) => reason, 'No rule was hit.');
  return section(
    'rules',
    'Rules',
    place,
    exits.length > 0
      ? 'hit rate: share of all exits. PnL before fees. Slippage in basis points, in all as money'
      : '',
  );
}

export function entryTable(
  { entries }: ReportData,
  onShow: (tranche: number) => void,
): HTMLElement {
  const columns: readonly Column<ReportEntry>[] = [
    { head: 'entry', cell: (entry) => entryCell(entry, onShow) },
    { head: 'side', cell: ({ side }) => element('span', { class: 'rule' }, signIcon(side), side) },
    { head: 'quantity', kind: 'number', cell: ({ quantity }) => shortDecimal(quantity) },
    { head: 'price', kind: 'number', cell: ({ price }) => shortDecimal(price) },
    {
      head: 'time (UTC)',
      cell: ({ time }) => `${momentText(time)}${timeText(time, true).slice(8)}`,
    },
    { head: 'row', kind: 'number', cell: ({ row }) => countText(row) },
    {
      head: 'became',
      cell: ({ fate, tranche }) => (fate === '' ? (tranche === null ? '–' : 'a tranche') : fate),
    },
  ];
  const { place, table } = makeTable('Entries that the replay made');
  fillTable(table, columns, entries, ({ id }) => id, 'No entry was made.');
  return section('entries', 'Entries', place, '');
}

function entryCell({ id, tranche }: ReportEntry, onShow: (tranche: number) => void): Node {
  if (tranche === null) return document.createTextNode(id);
  const button = element(
    'button',
    { type: 'button', class: 'show', 'aria-label': `Show the tranche of entry ${id} alone` },
    id,
  );
  button.addEventListener('click', () => onShow(tranche));
  return button;
}

function section(id: string, title: string, content: HTMLElement, note: string): HTMLElement {
  return element(
    'section',
    { class: 'panel', 'aria-labelledby': `${id}-title` },
    element(
      'div',
      { class: 'bar' },
      element('h2', { id: `${id}-title` }, title),
      element('p', { class: 'quiet' }, note),
    ),
    content,
  );
}

/** A bar of which the number beside it says the same. */
function rateBar(rate: number): HTMLElement {
  const fill = element('span', { class: 'fill' });
  fill.style.width = `${rate * 100}%`;
  return element(
    'span',
    { class: 'rate' },
    element('span', { class: 'track', 'aria-hidden': 'true' }, fill),
    element('span', { class: 'figure' }, shareText(rate)),
  );
}

function bps(value: number | undefined): string {
  return value === undefined ? '–' : signedText(value, 2);
}
