import { element, setText } from '../../page/client/element.js';
import { timeText } from '../../page/client/format.js';

const LINES_MAX = 200;
/** Announced to those who do not see the list; the others would drown it. */
const ANNOUNCED =
  /^(protection:(failed|missing|recovered)|tranche:(opened|closed)|monitor:|store:failed)/;

const KINDS = {
  all: /./,
  protection: /^(protection|trigger|position):/,
  orders: /^order:/,
  tranches: /^(tranche|fill):/,
  connections: /^(feed|exchange|store|monitor|reconcile|price|listener):/,
} as const;

const TONES: readonly (readonly [RegExp, string, string])[] = [
  [/^(protection:(failed|missing)|monitor:halted|store:failed|order:rejected)/, 'bad', '■'],
  [/^(price:(stale|rejected)|.*:disconnected|order:unresolved|listener:error)/, 'warn', '▲'],
  [/^(protection:(placed|recovered)|.*:(connected|recovered))/, 'good', '●'],
];

interface TellingEvent {
  readonly name: string;
  readonly seq: number;
  readonly time: number;
  readonly symbol?: string;
  readonly side?: string;
  readonly role?: string;
  readonly trancheId?: string | null;
  readonly reason?: string;
}

/** Events as they come, the newest first. */
export class EventLog {
  readonly place: HTMLElement;
  readonly #list = element('ol', { class: 'events' });
  readonly #spoken = element('p', { class: 'unseen', 'aria-live': 'polite' });
  readonly #connection = element('span', { class: 'quiet' }, 'connecting …');
  readonly #filter = element(
    'select',
    { id: 'events-shown' },
    ...Object.keys(KINDS).map((kind) => element('option', { value: kind }, kind)),
  );
  #lastSeq = Number.NEGATIVE_INFINITY;

  constructor() {
    this.#filter.addEventListener('change', () => {
      for (const line of this.#list.children) this.#judge(line as HTMLElement);
    });
    this.place = element(
      'section',
      { class: 'panel log' },
      element(
        'div',
        { class: 'head' },
        element('h2', {}, 'Events'),
        this.#connection,
        element('label', { class: 'quiet', for: 'events-shown' }, 'Show ', this.#filter),
      ),
      element(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Events, the newest first' },
        this.#list,
      ),
      this.#spoken,
    );
  }

  /** The browser connects again by itself, and tells which event it heard last. */
  listen(address: string): void {
    const source = new EventSource(address);
    source.onopen = () => setText(this.#connection, 'live');
    source.onerror = () => setText(this.#connection, '▲ connecting again …');
    source.onmessage = ({ data }) => this.#add(JSON.parse(data as string) as TellingEvent);
  }

  #add(event: TellingEvent): void {
    // Told again after a new connection.
    if (event.seq <= this.#lastSeq) return;
    this.#lastSeq = event.seq;
    const line = lineOf(event);
    this.#judge(line);
    this.#list.prepend(line);
    while (this.#list.children.length > LINES_MAX) this.#list.lastElementChild?.remove();
    if (ANNOUNCED.test(event.name)) {
      setText(this.#spoken, `${event.name} ${event.symbol ?? ''} ${event.reason ?? ''}`);
    }
  }

  #judge(line: HTMLElement): void {
    const shown = KINDS[this.#filter.value as keyof typeof KINDS] ?? KINDS.all;
    line.hidden = !shown.test(line.dataset.name ?? '');
  }
}

function lineOf({ name, time, symbol, side, role, reason }: TellingEvent): HTMLElement {
  const [, tone, sign] = TONES.find(([pattern]) => pattern.test(name)) ?? [null, 'quiet', '·'];
  const subject = [symbol, side, role].filter((word) => word !== undefined && word !== null);
  return element(
    'li',
    { class: 'fresh', 'data-name': name },
    element('time', { class: 'quiet' }, timeText(time, true)),
    element(
      'span',
      { class: 'what' },
      element('span', { class: tone }, `${sign} ${name}`),
      ' ',
      subject.join(' '),
      // Of an order it often is its role, which stands there already.
      reason === role ? null : element('span', { class: 'why' }, reason ?? ''),
    ),
  );
}
