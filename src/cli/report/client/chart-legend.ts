import { element } from '../../page/client/element.js';
import type { ReportData } from '../report-data.js';
import { signIcon } from './rule-signs.js';

/** What lines and signs mean: drawn with the same strokes. Only what is there. */
export function legendOf({ exits, entries, tranches, prices }: ReportData): HTMLElement {
  const hasAsk = prices.length > 1;
  const hasGuard = tranches.some(({ guard }) => guard.values.some((value) => value !== null));
  const hasStop = tranches.some(({ resting }) => resting.values.some((value) => value !== null));
  const strokes = [
    ['price', hasAsk ? 'bid' : 'price'],
    ...(hasAsk ? [['ask', 'ask']] : []),
    ...(tranches.length > 0 ? [['entry', 'entry price']] : []),
    ...(tranches.some(({ targets }) => targets.length > 0) ? [['take-profit', 'take-profit']] : []),
    ...(hasStop ? [['stop', 'stop at the exchange']] : []),
    ...(hasGuard ? [['guard', 'our own guard']] : []),
  ];
  const sides = [...new Set(entries.map(({ side }) => side))];
  const reasons = [...new Set(exits.map(({ reason }) => reason))];
  const [line] = prices;
  const density =
    line === undefined || line.perStep === 1
      ? `Every one of the ${(line?.samples ?? 0).toLocaleString('en-US')} prices is drawn.`
      : `Of every ${line.perStep.toLocaleString('en-US')} prices in a row the first, lowest, highest and last are drawn, each at its time. Entries, exits and moves of levels are all there.`;
  return element(
    'div',
    { class: 'explained' },
    element(
      'ul',
      { class: 'legend' },
      ...strokes.map(([kind = '', text = '']) =>
        element(
          'li',
          {},
          element('span', { class: `stroke ${kind}`, 'aria-hidden': 'true' }),
          text,
        ),
      ),
      ...sides.map((side) => element('li', {}, signIcon(side), `${side} entry`)),
      ...reasons.map((reason) => element('li', {}, signIcon(reason), reason)),
    ),
    element('p', { class: 'quiet' }, density),
  );
}
