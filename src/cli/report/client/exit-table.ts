import { element } from '../../page/client/element.js';
import { momentText, shortDecimal, timeText } from '../../page/client/format.js';
import type { ReportData, ReportExit } from '../report-data.js';
import { exitChain } from './exit-chain.js';
import { countOf, countText, digitsForAll, shareText, signedText } from './numbers.js';
import { signIcon } from './rule-signs.js';

export interface ExitTable {
  readonly place: HTMLElement;
  /** Lists the exits of one tranche; `null` lists all. */
  showTranche(place: number | null): void;
  /** Brings the row of an exit into view and opens its chain. */
  open(exit: ReportExit): void;
}

/** Rows that are there at first: a page with thousands of them would open slowly. */
const ROWS_AT_FIRST = 300;
const COLUMNS = [
  ['exit', ''],
  ['why', ''],
  ['time (UTC)', ''],
  ['entry', ''],
  ['side', ''],
  ['rule', ''],
  ['share', 'number'],
  ['quantity', 'number'],
  ['level', 'number'],
  ['filled at', 'number'],
  ['slippage, bps', 'number'],
  ['PnL', 'number'],
  ['row', 'number'],
] as const;

const ORDERS = {
  time: 'time',
  pnl: 'PnL, lowest first',
  slippage: 'slippage, worst first',
} as const;
type Order = keyof typeof ORDERS;

/** Every exit with its causal chain, which a button opens. */
export function exitTable(data: ReportData, onShow: (exit: ReportExit) => void): ExitTable {
  const { exits } = data;
  const numbers = new Map(exits.map((exit, index) => [exit, index + 1]));
  const pnlDigits = digitsForAll(exits.map(({ pnl }) => pnl));
  const body = element('tbody');
  const more = element('button', { type: 'button', class: 'more', hidden: true });
  const count = element('p', { class: 'quiet', role: 'status' });
  const reasons = [...new Set(exits.map(({ reason }) => reason))].sort();
  const ruleChoice = choice('Rule', [
    ['', 'all rules'],
    ...reasons.map((reason) => [reason, reason] as const),
  ]);
  const orderChoice = choice('Order', Object.entries(ORDERS));
  let tranche: number | null = null;
  let limit = ROWS_AT_FIRST;
  const opened = new Set<ReportExit>();

  const rowOf = (exit: ReportExit): HTMLTableRowElement[] => {
    const number = numbers.get(exit) ?? 0;
    const isOpen = opened.has(exit);
    const chainId = `chain-${number}`;
    const why = element(
      'button',
      {
        type: 'button',
        class: 'why',
        'aria-expanded': `${isOpen}`,
        'aria-controls': chainId,
        'aria-label': `Why exit ${number} happened`,
      },
      isOpen ? '▾ why' : '▸ why',
    );
    const show = element(
      'button',
      { type: 'button', class: 'show', 'aria-label': `Show exit ${number} in the chart` },
      `#${number}`,
    );
    show.addEventListener('click', () => onShow(exit));
    const row = element(
      'tr',
      { class: 'exit', 'data-exit': number },
      element('th', { scope: 'row' }, show),
      element('td', {}, why),
      ...cellsOf(exit, pnlDigits),
    );
    why.addEventListener('click', () => {
      if (opened.has(exit)) opened.delete(exit);
      else opened.add(exit);
      const next = row.nextElementSibling;
      if (opened.has(exit)) row.after(chainRow(exit, chainId));
      else if (next?.id === chainId) next.remove();
      why.setAttribute('aria-expanded', `${opened.has(exit)}`);
      why.textContent = opened.has(exit) ? '▾ why' : '▸ why';
    });
    return isOpen ? [row, chainRow(exit, chainId)] : [row];
  };

  const fill = (): void => {
    const rule = ruleChoice.select.value;
    const chosen = exits.filter(
      (exit) =>
        (tranche === null || exit.tranche === tranche) && (rule === '' || exit.reason === rule),
    );
    const sorted = inOrder(chosen, orderChoice.select.value as Order);
    const rows = sorted.slice(0, limit).flatMap(rowOf);
    body.replaceChildren(...(rows.length === 0 ? [emptyRow(exits.length === 0)] : rows));
    more.hidden = sorted.length <= limit;
    more.textContent = `Show all ${countText(sorted.length)} exits`;
    count.textContent =
      chosen.length === exits.length
        ? countOf(exits.length, 'exit')
        : `${countText(chosen.length)} of ${countOf(exits.length, 'exit')}`;
  };
  more.addEventListener('click', () => {
    limit = Number.POSITIVE_INFINITY;
    fill();
  });
  for (const { select } of [ruleChoice, orderChoice]) select.addEventListener('change', fill);

  const table = element(
    'table',
    { id: 'exits' },
    element('caption', {}, 'Every exit: tick, rule, requests and fills behind the button "why"'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...COLUMNS.map(([head, kind]) =>
          element('th', { scope: 'col', class: kind === '' ? null : kind }, head),
        ),
      ),
    ),
    body,
  );
  fill();
  return {
    place: element(
      'section',
      { class: 'panel', 'aria-labelledby': 'exits-title' },
      element(
        'div',
        { class: 'bar' },
        element('h2', { id: 'exits-title' }, 'Exits'),
        element('div', { class: 'tools' }, ruleChoice.label, orderChoice.label, count),
      ),
      element(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Exits' },
        table,
      ),
      more,
    ),
    showTranche: (place) => {
      tranche = place;
      fill();
    },
    open: (exit) => {
      ruleChoice.select.value = '';
      if (tranche !== null && exit.tranche !== tranche) tranche = null;
      if (exits.indexOf(exit) >= limit) limit = Number.POSITIVE_INFINITY;
      opened.add(exit);
      fill();
      const row = body.querySelector<HTMLElement>(`[data-exit="${numbers.get(exit) ?? 0}"]`);
      row?.scrollIntoView({ block: 'center' });
      row?.querySelector<HTMLElement>('.why')?.focus({ preventScroll: true });
    },
  };
}

function cellsOf(exit: ReportExit, pnlDigits: number): HTMLTableCellElement[] {
  const { time, entry, side, reason, portion, quantity, level, price, slippageBps, pnl, row } =
    exit;
  const figures = [
    shareText(Number(portion)),
    shortDecimal(quantity),
    level === null ? '–' : shortDecimal(level),
    shortDecimal(price, 6),
    slippageBps === null ? '–' : signedText(slippageBps, 2),
  ];
  return [
    element('td', { class: 'quiet' }, `${momentText(time)}${timeText(time, true).slice(8)}`),
    element('td', {}, entry),
    element('td', {}, side),
    element('td', {}, element('span', { class: 'rule' }, signIcon(reason), reason)),
    ...figures.map((figure) => element('td', { class: 'number' }, figure)),
    element('td', { class: `number ${toneOf(pnl)}` }, signedText(pnl, pnlDigits)),
    element('td', { class: 'number quiet' }, row === null ? '–' : countText(row)),
  ];
}

function chainRow(exit: ReportExit, id: string): HTMLTableRowElement {
  return element(
    'tr',
    { id, class: 'chain' },
    element('td', { colspan: COLUMNS.length }, exitChain(exit)),
  );
}

function emptyRow(isBare: boolean): HTMLTableRowElement {
  const text = isBare ? 'Nothing was left: no level was reached.' : 'No exit is like that.';
  return element('tr', {}, element('td', { colspan: COLUMNS.length, class: 'empty' }, text));
}

function inOrder(exits: readonly ReportExit[], order: Order): readonly ReportExit[] {
  if (order === 'pnl') return [...exits].sort((a, b) => Number(a.pnl) - Number(b.pnl));
  if (order === 'slippage') {
    return [...exits].sort((a, b) => (a.slippageBps ?? 0) - (b.slippageBps ?? 0));
  }
  return exits;
}

export function toneOf(value: string): string {
  return Number(value) === 0 ? '' : Number(value) > 0 ? 'good' : 'bad';
}

/** A choice out of a list, with its name before it. */
export function choice(
  name: string,
  options: readonly (readonly [string, string])[],
): { readonly label: HTMLElement; readonly select: HTMLSelectElement } {
  const select = element(
    'select',
    { 'aria-label': name },
    ...options.map(([value, text]) => element('option', { value }, text)),
  );
  return {
    label: element('label', { class: 'choice' }, element('span', {}, name), select),
    select,
  };
}
