import { element, setText } from '../../page/client/element.js';
import { momentText } from '../../page/client/format.js';
import type { LivePicture } from '../live-picture.js';

type Tone = 'good' | 'warn' | 'bad' | 'calm';

const SIGNS: Readonly<Record<Tone, string>> = { good: '●', warn: '▲', bad: '■', calm: '○' };

interface Judgement {
  readonly tone: Tone;
  readonly text: string;
  readonly notes: readonly string[];
}

/** The answer to the one question of this page: is everything covered? */
export class Verdict {
  readonly clock = element('p', { class: 'clock quiet' });
  readonly place: HTMLElement;
  readonly #sign = element('span', { class: 'sign', 'aria-hidden': 'true' });
  readonly #text = element('span');
  readonly #notes = element('ul', { class: 'notes' });

  constructor() {
    this.place = element(
      'section',
      { class: 'verdict', role: 'status', 'aria-label': 'Protection' },
      element('p', { class: 'sentence' }, this.#sign, this.#text),
      this.#notes,
    );
    this.#show({ tone: 'calm', text: 'Asking the monitor …', notes: [] });
  }

  show(picture: LivePicture): void {
    setText(this.clock, `${momentText(picture.at)} UTC`);
    this.#show(judge(picture));
  }

  /** Nothing is known any more. */
  lost(text: string): void {
    this.#show({ tone: 'bad', text, notes: [] });
  }

  #show({ tone, text, notes }: Judgement): void {
    this.place.dataset.tone = tone;
    setText(this.#sign, SIGNS[tone]);
    setText(this.#text, text);
    if (this.#notes.textContent !== notes.join('')) {
      this.#notes.replaceChildren(...notes.map((note) => element('li', {}, note)));
    }
  }
}

function judge({ health, positions }: LivePicture): Judgement {
  const notes = health.problems;
  const bare = positions.filter(({ cover }) => cover.uncovered !== '0');
  if (bare.length > 0) {
    const sides = bare.map(({ symbol, side, cover }) => `${cover.uncovered} ${symbol} ${side}`);
    return { tone: 'bad', text: `Not covered: ${sides.join(', ')}`, notes };
  }
  if (health.state === 'halted') return { tone: 'bad', text: 'The monitor is halted', notes };
  if (positions.length === 0) {
    const tone = health.healthy ? 'calm' : 'warn';
    return { tone, text: 'Nothing is held', notes };
  }
  const isLocal = positions.some(({ cover }) => cover.local !== '0');
  const asPlanned = positions.some(({ cover }) => cover.withoutStop !== '0');
  const text = isLocal
    ? 'Everything is covered, some of it only while this process lives'
    : asPlanned
      ? 'Everything that wants a stop has one resting at the exchange'
      : 'Everything is covered by stops that rest at the exchange';
  return { tone: health.healthy && !isLocal ? 'good' : 'warn', text, notes };
}
