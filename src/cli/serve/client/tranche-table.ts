import { element, setText } from '../../page/client/element.js';
import { durationText, momentText } from '../../page/client/format.js';
import { type Column, fillTable, makeTable } from '../../page/client/table.js';
import type { LivePicture, LivePosition, LiveTranche } from '../live-picture.js';
import { priceOf, sideText } from './position-table.js';

interface Line {
  readonly position: LivePosition;
  readonly tranche: LiveTranche;
}

const COVERAGE: Readonly<Record<LiveTranche['coverage'], readonly [tone: string, text: string]>> = {
  resting: ['good', '● resting'],
  pooled: ['good', '● shared stop'],
  local: ['warn', '▲ guarded here'],
  none: ['bad', '■ nothing'],
};

const COLUMNS: readonly Column<Line>[] = [
  { head: 'symbol', cell: ({ position }) => position.symbol },
  { head: 'side', cell: ({ position }) => sideText(position.side) },
  { head: 'no.', kind: 'number', cell: ({ tranche }) => `${tranche.number}` },
  { head: 'state', cell: ({ tranche }) => tranche.state.toLowerCase() },
  { head: 'quantity', kind: 'number', cell: ({ tranche }) => tranche.quantity },
  { head: 'entry', kind: 'number', cell: ({ tranche }) => priceOf(tranche.entryPrice) },
  {
    head: 'take-profit',
    kind: 'number',
    cell: ({ tranche }) => tranche.takeProfits.map(priceOf).join(' ') || '–',
  },
  { head: 'stop', kind: 'number', cell: ({ tranche }) => stopText(tranche) },
  { head: 'set by', cell: ({ tranche }) => tranche.stopRule },
  { head: 'trail', kind: 'number', cell: ({ tranche }) => priceOf(tranche.trail) },
  { head: 'covered by', cell: coverageCell },
  { head: 'bare for', kind: 'number', cell: ({ tranche }) => durationText(tranche.unprotectedMs) },
  { head: 'orders', kind: 'number', cell: ({ tranche }) => `${tranche.orders}` },
  { head: 'opened (UTC)', cell: ({ tranche }) => momentText(tranche.openedAt) },
];

/** Every tranche with its levels. */
export class TrancheTable {
  readonly place: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #omitted = element('p', { class: 'quiet' });

  constructor() {
    const { place, table } = makeTable('Tranches');
    this.#table = table;
    this.place = element(
      'section',
      { class: 'panel' },
      element('h2', {}, 'Tranches'),
      place,
      this.#omitted,
    );
  }

  show({ positions, omitted }: LivePicture): void {
    const lines = positions.flatMap((position) =>
      position.tranches.map((tranche) => ({ position, tranche })),
    );
    fillTable(this.#table, COLUMNS, lines, ({ tranche }) => tranche.id, 'No tranche is open.');
    setText(this.#omitted, omitted === 0 ? '' : `${omitted} more are not listed.`);
  }
}

function stopText({ stopLoss, restingStop }: LiveTranche): string {
  if (restingStop === null || restingStop === stopLoss) return priceOf(stopLoss);
  return `${priceOf(stopLoss)} (rests ${priceOf(restingStop)})`;
}

function coverageCell({ tranche }: Line): Node {
  const wantsStop = tranche.stopLoss !== null || tranche.restingStop !== null;
  const [tone, text] =
    tranche.coverage === 'none' && !wantsStop
      ? ['quiet', '○ no stop wanted']
      : COVERAGE[tranche.coverage];
  return element('span', { class: tone }, text);
}
