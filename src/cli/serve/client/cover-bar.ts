import { element } from '../../page/client/element.js';
import type { LivePosition } from '../live-picture.js';

const PARTS = [
  ['resting', 'resting'],
  ['local', 'guarded here'],
  ['withoutStop', 'no stop wanted'],
  ['uncovered', 'NOT COVERED'],
] as const;

/** How a side is covered: a bar whose parts differ in pattern as well as in colour, and the same in words. */
export function coverBar({ quantity, cover }: LivePosition): HTMLElement {
  const held = Number(quantity);
  const parts = PARTS.map(([key, word]) => ({ key, word, amount: cover[key] })).filter(
    ({ amount }) => amount !== '0',
  );
  const bar = element('span', { class: 'cover', 'aria-hidden': 'true' });
  for (const { key, amount } of parts) {
    const part = element('span', { class: key });
    part.style.width = `${held > 0 ? (Number(amount) / held) * 100 : 0}%`;
    bar.append(part);
  }
  const words = parts.map(({ amount, word }) => `${amount} ${word}`).join(', ');
  return element('span', { class: 'covered' }, bar, element('span', {}, words));
}
