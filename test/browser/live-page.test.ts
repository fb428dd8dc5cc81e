import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ServeWorld, SYMBOL } from '../integration/cli/serve-world.js';
import { noBrowser, openPage } from './chromium.js';

/** Pictures of the page go here, for people and for the guide; without it none are taken. */
const PICTURES = process.env.PAGE_PICTURES;

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const verdict = (page: Page) => page.getByRole('status', { name: 'Protection' });
const rows = (page: Page, name: string) => page.getByRole('table', { name }).locator('tbody tr');

describe.skipIf(noBrowser)(`the live page${noBrowser ? ` (${noBrowser})` : ''}`, () => {
  it('shows what is held, its levels and its cover, as it comes', async () => {
    const world = await ServeWorld.start();
    const { page, complaints, foreign } = await openPage({ colorScheme: 'dark' });
    await page.goto(`${world.url}/`);
    await verdict(page).getByText('Nothing is held').waitFor();
    expect(await rows(page, 'Positions').allTextContents()).toEqual(['Nothing is held.']);

    world.server.person.buy(SYMBOL, '0.1');
    await world.untilHeard();
    await verdict(page).getByText('covered by stops that rest at the exchange').waitFor();
    const [position] = await rows(page, 'Positions').allTextContents();
    expect(position).toContain('↑ LONG');
    expect(position).toContain('0.1 resting');
    const [tranche] = await rows(page, 'Tranches').allTextContents();
    expect(tranche).toContain('4590044550');
    await rows(page, 'Levels').nth(2).waitFor();
    const levels = await rows(page, 'Levels').evaluateAll((lines) =>
      lines.map((line) => [...line.children].slice(0, 3).map(({ textContent }) => textContent)),
    );
    expect(levels).toEqual([
      ['TP', 'L0', '45900'],
      ['entry', 'L0', '45000'],
      ['stop', 'L0', '44550'],
    ]);
    // Without loading the page again.
    await page.getByText('protection:placed').first().waitFor();
    await drift(world, page, 6);
    await picture(page, 'live-page-dark');
    expect(await inkOnChart(page)).toBeGreaterThan(100);

    world.server.market.setPrice(SYMBOL, 46_000);
    await verdict(page).getByText('Nothing is held').waitFor();
    await page.getByText('tranche:closed').first().waitFor();
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  }, 90_000);

  it('says what is not covered, and when nothing is heard any more', async () => {
    const world = await ServeWorld.start({
      plans: { [SYMBOL]: { takeProfitEnabled: false } },
      globals: { emergencyClose: false },
    });
    world.server.faults.next(
      { method: 'POST', path: 'algoOrder' },
      { do: 'answer', status: 400, code: -2019, msg: 'Margin is insufficient.' },
      10_000,
    );
    const { page } = await openPage();
    await page.goto(`${world.url}/`);
    world.server.person.buy(SYMBOL, '0.1');
    await world.untilHeard();
    await verdict(page).getByText('only while this process lives').waitFor();
    expect(await verdict(page).getAttribute('data-tone')).toBe('warn');
    expect((await rows(page, 'Tranches').allTextContents())[0]).toContain('▲ guarded here');
    await page.getByText('■ order:rejected').first().waitFor();
    await world.end();
    await verdict(page).getByText('No answer from the monitor').waitFor();
    expect(await verdict(page).getAttribute('data-tone')).toBe('bad');
  }, 90_000);

  it('is worked by keyboard, in either light', async () => {
    const world = await ServeWorld.start();
    world.server.person.buy(SYMBOL, '0.1');
    await world.untilHeard();
    const { page, complaints } = await openPage({ colorScheme: 'light' });
    await page.goto(`${world.url}/`);
    await rows(page, 'Levels').first().waitFor();
    const ground = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByRole('radio', { name: 'auto' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await ground()).not.toBe(light);
    await page.reload();
    await rows(page, 'Levels').first().waitFor();
    expect(await page.getByRole('radio', { name: 'dark' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'light' }).check({ force: true });
    expect(await ground()).toBe(light);

    const chart = page.getByRole('application', { name: /Price against levels/ });
    for (let presses = 0; presses < 20; presses += 1) {
      if (await chart.evaluate((node) => node === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    expect(await chart.evaluate((node) => node === document.activeElement)).toBe(true);
    expect(await chart.evaluate((node) => getComputedStyle(node).outlineStyle)).toBe('solid');
    await page.getByText('each point is a second').waitFor();
    await page.keyboard.press('Home');
    await page.locator('.readout', { hasText: 'price 45000' }).waitFor();
    await drift(world, page, 4);
    await picture(page, 'live-page-light');

    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await picture(page, 'live-page-narrow');
    expect(complaints).toEqual([]);
  }, 90_000);

  it('runs nothing but its own script', async () => {
    const world = await ServeWorld.start();
    const { page } = await openPage();
    await page.goto(`${world.url}/`);
    await verdict(page).getByText('Nothing is held').waitFor();
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.documentElement.dataset.injected = "yes"';
      document.body.append(script);
      const image = new Image();
      image.src = '/health';
      await new Promise((resolve) => image.addEventListener('error', resolve));
      return document.documentElement.dataset.injected ?? 'nothing';
    });
    expect(ran).toBe('nothing');
  }, 60_000);

  it('opens with a token in the address, which leaves it at once', async () => {
    const token = 'a-token-of-a-test-0123456789';
    const world = await ServeWorld.start({
      listen: '0.0.0.0:0',
      environment: { POSITION_MONITOR_TOKEN: token },
    });
    const url = world.url.replace('0.0.0.0', '127.0.0.1');
    const { page } = await openPage();
    expect((await page.goto(`${url}/`))?.status()).toBe(401);
    await page.goto(`${url}/?token=${token}`);
    expect(page.url()).toBe(`${url}/`);
    await verdict(page).getByText('Nothing is held').waitFor();
    await page.getByText('· monitor:started').waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const cookies = await page.context().cookies();
    expect(JSON.stringify(cookies)).not.toContain(token);
  }, 60_000);
});

/** The price wanders for some seconds, and the page with it. */
async function drift(world: ServeWorld, page: Page, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step += 1) {
    const price = 45_000 + Math.round(Math.sin(step / 3) * 1_800 + Math.sin(step) * 400) / 10;
    world.server.market.setPrice(SYMBOL, price);
    await page.waitForTimeout(250);
  }
}

/** Pixels of the drawing that are not empty. */
function inkOnChart(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return 0;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 0) ink += 1;
    return ink;
  });
}
