import { element } from '../../page/client/element.js';
import { durationText, momentText } from '../../page/client/format.js';
import { pageData } from '../../page/client/page-data.js';
import { themeSwitch } from '../../page/client/theme-switch.js';
import type { ReportData } from '../report-data.js';
import { choice, exitTable, toneOf } from './exit-table.js';
import { amountText, countOf, countText, shareText, signedText } from './numbers.js';
import { ReportCharts } from './report-charts.js';
import { entryTable, ruleTable } from './report-tables.js';
import { trancheName } from './tranche-lines.js';

const ZOOM = 1.8;

const page = document.getElementById('page');
const data = pageData<ReportData>();
if (page !== null && data !== null) page.replaceChildren(...contents(data));

function contents(report: ReportData): Node[] {
  const charts = new ReportCharts(report);
  const chart = chartSection(report, charts.place);
  const table = exitTable(report, (exit) => {
    chart.section.scrollIntoView({ block: 'start' });
    charts.showExit(exit);
  });
  const showTranche = (tranche: number | null): void => {
    chart.tranche.value = tranche === null ? '' : `${tranche}`;
    charts.showTranche(tranche);
    table.showTranche(tranche);
  };
  chart.tranche.addEventListener('change', () => {
    showTranche(chart.tranche.value === '' ? null : Number(chart.tranche.value));
  });
  chart.nearer.addEventListener('click', () => charts.zoom(1 / ZOOM));
  chart.farther.addEventListener('click', () => charts.zoom(ZOOM));
  chart.all.addEventListener('click', () => charts.showAll());
  charts.onPick = (exit) => {
    charts.showExit(exit, true);
    table.open(exit);
  };
  return [
    head(report),
    figures(report),
    ...notes(report),
    chart.section,
    element(
      'div',
      { class: 'halves' },
      ruleTable(report),
      entryTable(report, (tranche) => {
        showTranche(tranche);
        chart.section.scrollIntoView({ block: 'start' });
      }),
    ),
    table.place,
  ];
}

function head({ symbol, rows, from, to, setup }: ReportData): HTMLElement {
  return element(
    'header',
    { class: 'head' },
    element(
      'div',
      {},
      element('h1', {}, `Replay of ${symbol}`),
      element(
        'p',
        { class: 'quiet' },
        `${countOf(rows, 'row')} of ${setup.ticks}, ${momentText(from)} to ${momentText(to)} UTC (${durationText(to - from)})`,
      ),
      element(
        'p',
        { class: 'quiet' },
        `${setup.config}, ${setup.entries}; paper fills: ${setup.fills}`,
      ),
    ),
    themeSwitch(),
  );
}

function figures({ summary }: ReportData): HTMLElement {
  const { netPnl, realizedPnl, fees, unrealizedPnl, maxDrawdown, slippage } = summary;
  const wins =
    summary.closed === 0 ? '–' : `${countText(summary.won)} of ${countText(summary.closed)}`;
  const list: [name: string, figure: string, note: string, tone: string][] = [
    ['net PnL', signedText(netPnl), 'realised, after fees', toneOf(netPnl)],
    ['realised', signedText(realizedPnl), 'before fees', toneOf(realizedPnl)],
    ['fees', amountText(fees), 'entries and exits', ''],
    ...(summary.open === 0
      ? []
      : [
          [
            'still open',
            signedText(unrealizedPnl),
            `${countOf(summary.open, 'tranche')}, at the last price`,
            toneOf(unrealizedPnl),
          ] as [string, string, string, string],
        ]),
    ['deepest fall', amountText(maxDrawdown), 'of PnL, from a peak', ''],
    [
      'exits',
      countText(summary.exits),
      `${countOf(summary.entries, 'entry', 'entries')}, ${countOf(summary.tranches, 'tranche')}`,
      '',
    ],
    [
      'tranches won',
      wins,
      summary.closed === 0
        ? 'none is closed'
        : `${shareText(summary.won / summary.closed)}, after fees`,
      '',
    ],
    [
      'slippage',
      slippage === null ? '–' : `${signedText(slippage.meanBps, 2)} bps`,
      slippage === null
        ? 'no exit had a level'
        : `worst ${signedText(slippage.worstBps, 2)}, in all ${signedText(slippage.total)}`,
      '',
    ],
  ];
  return element(
    'section',
    { class: 'panel', 'aria-label': 'Summary' },
    element(
      'dl',
      { class: 'figures' },
      ...list.map(([name, figure, note, tone]) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element('dd', { class: tone === '' ? null : tone }, figure),
          element('dd', { class: 'under' }, note),
        ),
      ),
    ),
  );
}

/** What a reader has to know before trusting the rest. */
function notes({ summary, warnings, warningsLeftOut, movesLeftOut }: ReportData): HTMLElement[] {
  const { clampedRows } = summary;
  const lines = [
    ...warnings,
    ...(warningsLeftOut > 0 ? [`and ${countText(warningsLeftOut)} more warnings`] : []),
    ...(clampedRows > 0
      ? [
          `${countOf(clampedRows, 'row')} went back in time and counted at the time of the row before`,
        ]
      : []),
    ...(movesLeftOut > 0
      ? [
          `${countOf(movesLeftOut, 'move')} of levels were too many to be drawn: their lines have gaps`,
        ]
      : []),
  ];
  if (lines.length === 0) return [];
  return [
    element(
      'section',
      { class: 'panel', 'aria-labelledby': 'notes-title' },
      element('h2', { id: 'notes-title' }, 'Warnings'),
      element(
        'ul',
        { class: 'notes' },
        ...lines.map((line) => element('li', {}, element('span', { class: 'warn' }, '! '), line)),
      ),
    ),
  ];
}

function chartSection({ tranches }: ReportData, charts: HTMLElement) {
  const options = tranches.map(
    (tranche, place) => [`${place}`, `${trancheName(tranche)}`] as const,
  );
  const { label, select } = choice('Show', [
    ['', `all ${countOf(tranches.length, 'tranche')}`],
    ...options,
  ]);
  const button = (name: string, text: string) =>
    element('button', { type: 'button', 'aria-label': name, title: name }, text);
  const nearer = button('Zoom in', '+');
  const farther = button('Zoom out', '−');
  const all = element('button', { type: 'button' }, 'everything');
  const section = element(
    'section',
    { class: 'panel', 'aria-labelledby': 'chart-title' },
    element(
      'div',
      { class: 'bar' },
      element('h2', { id: 'chart-title' }, 'Price, levels and exits'),
      element('div', { class: 'tools' }, label, nearer, farther, all),
    ),
    charts,
  );
  return { section, tranche: select, nearer, farther, all };
}
