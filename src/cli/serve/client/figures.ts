import { element, setText } from '../../page/client/element.js';
import { durationText } from '../../page/client/format.js';
import type { LivePicture } from '../live-picture.js';

interface Figure {
  readonly name: string;
  read(picture: LivePicture): string;
  isAlarm?(picture: LivePicture): boolean;
}

const FIGURES: readonly Figure[] = [
  {
    name: 'state',
    read: ({ health }) => health.state,
    isAlarm: (p) => p.health.state === 'halted',
  },
  {
    name: 'unprotected so far',
    read: ({ health }) => durationText(health.nakedMs),
    isAlarm: ({ health }) => health.unprotected > 0,
  },
  { name: 'positions', read: ({ health }) => `${health.activePositions}` },
  { name: 'tranches', read: ({ health }) => `${health.activeTranches}` },
  { name: 'orders alive', read: ({ health }) => `${health.pendingOrders}` },
  {
    name: 'orders unresolved',
    read: ({ health }) => `${health.unresolvedOrders}`,
    isAlarm: ({ health }) => health.unresolvedOrders > 0,
  },
  {
    name: 'prices',
    read: ({ health }) => (health.websocketConnected ? 'connected' : 'disconnected'),
    isAlarm: ({ health }) => !health.websocketConnected,
  },
  {
    name: 'exchange',
    read: ({ health }) => (health.exchangeConnected ? 'connected' : 'disconnected'),
    isAlarm: ({ health }) => !health.exchangeConnected,
  },
  { name: 'errors told', read: ({ health }) => `${health.errors}` },
  {
    name: 'running for',
    read: ({ health }) => durationText(Math.floor(health.uptimeMs / 1_000) * 1_000),
  },
];

/** What `getHealth()` says, as a row of figures. */
export class Figures {
  readonly place: HTMLElement;
  readonly #cells = FIGURES.map(({ name }) => {
    const value = element('dd', {}, '–');
    return { value, group: element('div', {}, element('dt', {}, name), value) };
  });

  constructor() {
    this.place = element(
      'section',
      { 'aria-label': 'Health' },
      element('dl', { class: 'figures' }, ...this.#cells.map(({ group }) => group)),
    );
  }

  show(picture: LivePicture): void {
    FIGURES.forEach((figure, index) => {
      const cell = this.#cells[index];
      if (cell === undefined) return;
      setText(cell.value, figure.read(picture));
      cell.group.classList.toggle('alarm', figure.isAlarm?.(picture) ?? false);
    });
  }
}
