import { element } from '../../page/client/element.js';
import { pageData } from '../../page/client/page-data.js';
import { themeSwitch } from '../../page/client/theme-switch.js';
import type { LivePicture } from '../live-picture.js';
import { ChartPanel } from './chart-panel.js';
import { EventLog } from './event-log.js';
import { Figures } from './figures.js';
import { PositionTable } from './position-table.js';
import { TrancheTable } from './tranche-table.js';
import { Verdict } from './verdict.js';

/** How often the page asks, ms; and how long without an answer until it says so. */
const ASK_MS = 1_000;
const SILENCE_MS = 5_000;

/** The live page: asks for the picture every second while it is seen, and hears events as they come. */
function begin(): void {
  const page = document.getElementById('page');
  if (page === null) return;
  const { version } = pageData<{ version: string }>() ?? { version: '' };
  const verdict = new Verdict();
  const figures = new Figures();
  const positions = new PositionTable();
  const chart = new ChartPanel(() => void ask());
  const tranches = new TrancheTable();
  const events = new EventLog();
  page.replaceChildren(
    element(
      'header',
      { class: 'bar' },
      element('h1', {}, 'position-monitor', element('span', { class: 'quiet' }, ` ${version}`)),
      verdict.clock,
      themeSwitch(),
    ),
    verdict.place,
    figures.place,
    positions.place,
    element('div', { class: 'columns' }, chart.place, events.place),
    tranches.place,
  );

  let answeredAt = performance.now();
  let asking = false;
  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`/state?${chart.wanted()}`, {
        signal: AbortSignal.timeout(SILENCE_MS),
      });
      if (answer.status === 401) verdict.lost('This page needs its token again: open /?token=…');
      if (!answer.ok) return;
      const picture = (await answer.json()) as LivePicture;
      answeredAt = performance.now();
      verdict.show(picture);
      figures.show(picture);
      positions.show(picture);
      chart.show(picture);
      tranches.show(picture);
    } catch {
      // Told below, when it lasts.
    } finally {
      asking = false;
      if (performance.now() - answeredAt > SILENCE_MS) {
        verdict.lost('No answer from the monitor. What is shown below is old.');
      }
    }
  }
  setInterval(() => {
    if (!document.hidden) void ask();
  }, ASK_MS);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask();
  });
  void ask();
  events.listen('/events');
}

begin();
