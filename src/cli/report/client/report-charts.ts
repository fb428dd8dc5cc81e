import { chartKeys } from '../../page/client/chart-keys.js';
import { element } from '../../page/client/element.js';
import type { ReportData, ReportExit } from '../report-data.js';
import { exitUnder, moveCursor } from './chart-cursor.js';
import type { Frame, FrameEvents } from './chart-frame.js';
import { legendOf } from './chart-legend.js';
import { ChartScene } from './chart-scene.js';
import { pnlFrame, slippageFrame } from './money-frames.js';
import { countOf } from './numbers.js';
import { priceFrame } from './price-frame.js';
import { type Readout, readoutOf } from './readout.js';

/** Room at the right, px; for the names of levels where one tranche is drawn alone and the screen is not small. */
const ROOM = 28;
const ROOM_FOR_NAMES = 132;
const SMALL_WIDTH = 640;
/** Of a tranche's life: what is shown before and after it. */
const LIFE_MARGIN = 0.12;
/** Of the view: how far an arrow key moves the cursor; ten times as far with Shift. */
const ARROW_SHARE = 0.005;

/** The drawings below each other over the same time, and what the tables may ask of them. */
export class ReportCharts {
  readonly place: HTMLElement;
  /** Told when an exit was picked in the drawing. */
  onPick: (exit: ReportExit) => void = () => {};
  readonly #scene: ChartScene;
  readonly #readout: Readout;
  readonly #price: Frame;
  readonly #frames: readonly Frame[];
  #isFollowing = false;

  constructor(data: ReportData) {
    const scene = new ChartScene(data);
    this.#scene = scene;
    this.#readout = readoutOf(scene);
    const events: FrameEvents = {
      room: (width) => (scene.tranche === null || width < SMALL_WIDTH ? ROOM : ROOM_FOR_NAMES),
      onView: (from, to) => this.#show(from, to),
      onCursor: (time) => this.#readout.tell(time, scene.tranche),
    };
    const hasSlippage = scene.measured.some(({ slippageBps }) => slippageBps !== 0);
    const pnl = pnlFrame(scene, events, !hasSlippage);
    const slippage = hasSlippage ? slippageFrame(scene, events) : null;
    this.#price = priceFrame(scene, events);
    this.#frames = [this.#price, pnl, ...(slippage === null ? [] : [slippage])];
    this.place = element(
      'div',
      { class: 'charts' },
      this.#price.drawing,
      legendOf(data),
      this.#readout.place,
      title('PnL after fees', 'of all tranches: realised (thick), and with what is open (thin)'),
      pnl.drawing,
      ...(slippage === null
        ? [element('p', { class: 'quiet note' }, noSlippage(scene.measured.length))]
        : [
            title('Slippage', 'fill against level, basis points; below zero is worse'),
            slippage.drawing,
          ]),
    );
    this.#listen();
    this.showAll();
  }

  /** Draws one tranche alone and shows its life; `null` draws all. */
  showTranche(place: number | null): void {
    const scene = this.#scene;
    scene.tranche = place;
    if (scene.exit !== null && !scene.isShown(scene.exit.tranche)) scene.exit = null;
    if (place === null) this.showAll();
    else this.#showLife(place);
  }

  /** Rings an exit and shows the life of its tranche; `inPlace` leaves the view as it is. */
  showExit(exit: ReportExit, inPlace = false): void {
    const scene = this.#scene;
    scene.exit = exit;
    if (inPlace) this.#look(...this.#view);
    else this.#showLife(exit.tranche);
    this.#readout.tell(exit.time, exit.tranche);
  }

  /** About the exit that was chosen, where it is in view; else about the middle. */
  zoom(factor: number): void {
    const [from, to] = this.#view;
    const chosen = this.#scene.exit?.time ?? Number.NaN;
    const about = chosen >= from && chosen <= to ? chosen : (from + to) / 2;
    this.#look(about - (about - from) * factor, about + (to - about) * factor);
  }

  showAll(): void {
    this.#look(this.#scene.from, this.#scene.to);
  }

  get #view(): readonly [number, number] {
    const { min, max } = this.#price.plot.scales.x ?? {};
    return [min ?? this.#scene.from, max ?? this.#scene.to];
  }

  #showLife(place: number): void {
    const tranche = this.#scene.tranches[place];
    if (tranche === undefined) return;
    const margin = Math.max((tranche.to - tranche.from) * LIFE_MARGIN, 1);
    this.#look(tranche.from - margin, tranche.to + margin);
  }

  /** Nothing beyond the recording is shown. */
  #look(from: number, to: number): void {
    const first = Math.max(from, this.#scene.from);
    const last = Math.min(to, this.#scene.to);
    if (last > first) this.#show(first, last);
  }

  /** What one drawing shows, all show. */
  #show(from: number, to: number): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    for (const { look } of this.#frames) look(from, to);
    this.#isFollowing = false;
  }

  #listen(): void {
    const { drawing, plot } = this.#price;
    drawing.addEventListener('keydown', (event) => this.#onKey(event));
    plot.over.addEventListener('click', (event) => {
      const near = exitUnder(plot, this.#scene.shownExits, event);
      if (near !== null) this.onPick(near);
    });
  }

  #onKey(event: KeyboardEvent): void {
    const { plot } = this.#price;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      const direction = event.key === 'ArrowLeft' ? -1 : 1;
      moveCursor(plot, direction * ARROW_SHARE * (event.shiftKey ? 10 : 1));
      this.#readout.announce();
    } else if (event.key === '0') {
      event.preventDefault();
      this.showAll();
    } else {
      chartKeys(plot, event);
    }
  }
}

function title(name: string, note: string): HTMLElement {
  return element('h3', {}, name, element('span', { class: 'quiet' }, ` ${note}`));
}

function noSlippage(measured: number): string {
  if (measured === 0) return 'Slippage: no exit had a level.';
  return `Slippage: none; ${countOf(measured, 'exit was', 'exits were')} filled at the level.`;
}
