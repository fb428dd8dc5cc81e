import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { printedHere } from '../integration/cli/replay-here.js';
import { reportDataOf } from '../integration/cli/report-data-of.js';
import {
  configOf,
  missing,
  type ReplayCase,
  recorded,
  replayFiles,
  trades,
} from '../integration/cli/run-cli.js';
import { noBrowser, openPage } from './chromium.js';

/** Pictures of the report go here, for people and for the guide; without it none are taken. */
const PICTURES = process.env.PAGE_PICTURES;
const TRADES = 'ticks/binance-usdm-btcusdt-20240808-trades.csv.gz';
const CRASH = 'copyleft/ohlcv/ftx-btc_perp-1m-20220120.csv.gz';
/** Of a page that is worth being mailed. */
const BYTES_MAX = 3_000_000;
/** A loaded machine has two cores for everything. */
const OPENS_WITHIN_MS = 8_000;
const MANY = 200_000;

const PLAN = {
  stopLossPct: 1.5,
  takeProfitLevels: [
    { pct: 1, portion: 0.4 },
    { pct: 2, portion: 0.3 },
  ],
  breakeven: { afterLevel: 1 },
  trailingStop: { activationPct: 1.2, callbackPct: 0.6 },
};

/** For five minutes of trades. */
const SMALL_MOVES = {
  stopLossPct: 0.06,
  takeProfitLevels: [
    { pct: 0.04, portion: 0.4 },
    { pct: 0.12, portion: 0.3 },
  ],
  breakeven: { afterLevel: 1 },
  trailingStop: { activationPct: 0.05, callbackPct: 0.03 },
};

describe.skipIf(noBrowser)(`the report of a replay${noBrowser ? ` (${noBrowser})` : ''}`, () => {
  it.each(['dark', 'light'] as const)(
    'opens from a file, whole and alone, in the %s',
    async (colorScheme) => {
      const file = await reportOf(small());
      const { page, complaints, requests } = await opened(file, { colorScheme, offline: true });
      expect(await page.title()).toBe('Replay of BTCUSDT');
      const ground = await page.evaluate(
        () => getComputedStyle(document.documentElement).colorScheme,
      );
      expect(ground).toBe(colorScheme);
      await page
        .getByRole('radio', { name: colorScheme === 'dark' ? 'light' : 'dark' })
        .check({ force: true });
      const other = await page.evaluate(
        () => getComputedStyle(document.documentElement).colorScheme,
      );
      expect(other).not.toBe(colorScheme);
      expect(complaints).toEqual([]);
      // Looking at pixels makes the browser complain.
      const shares = await inks(page);
      expect(shares).toHaveLength(3);
      for (const share of shares) expect(share).toBeGreaterThan(0.005);
      expect(requests).toEqual([pathToFileURL(file).href]);
    },
    60_000,
  );

  it('lists every exit with its chain', async () => {
    const file = await reportOf(small());
    const { exits } = reportDataOf(file);
    const { page, complaints } = await opened(file);
    const rows = page.locator('#exits tbody tr.exit');
    expect(await rows.count()).toBe(exits.length);
    expect(exits.length).toBeGreaterThan(2);
    expect(await rows.locator('.rule').allTextContents()).toEqual(
      exits.map(({ reason }) => reason),
    );
    await page.getByRole('button', { name: 'Why exit 1 happened' }).click();
    const steps = page.locator('#chain-1 .steps > li');
    expect(await steps.locator('h4').allTextContents()).toEqual([
      'tick',
      'rule',
      'requests',
      'fills',
    ]);
    await steps.filter({ hasText: exits[0]?.chain.requests[0]?.id ?? 'no order' }).waitFor();
    await page.getByRole('combobox', { name: 'Rule', exact: true }).selectOption('stop-loss');
    expect(await rows.count()).toBe(exits.filter(({ reason }) => reason === 'stop-loss').length);
    const names = await page
      .getByRole('table')
      .evaluateAll((tables) =>
        tables.map(
          (table) => (table as HTMLTableElement).caption?.textContent?.split(':')[0] ?? '',
        ),
      );
    expect(names).toEqual(['Exits by rule', 'Entries that the replay made', 'Every exit']);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('is worked by keyboard', async () => {
    const { page, complaints } = await opened(await reportOf(small()));
    const chart = page.getByRole('application', { name: /Price of BTCUSDT/ });
    for (let presses = 0; presses < 20; presses += 1) {
      if (await chart.evaluate((node) => node === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    expect(await chart.evaluate((node) => getComputedStyle(node).outlineStyle)).toBe('solid');
    const readout = page.locator('.readout');
    const spoken = page.locator('.reading [role=status]');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await readout.filter({ hasText: 'BTCUSDT' }).waitFor();
    const first = await readout.textContent();
    expect(await spoken.textContent()).toBe(first);
    await page.keyboard.press('Shift+ArrowRight');
    await readout.filter({ hasNotText: first ?? '' }).waitFor();
    const whole = await picture(page);
    await page.keyboard.press('+');
    await page.waitForTimeout(100);
    expect(await picture(page)).not.toBe(whole);
    await page.keyboard.press('0');
    await page.getByRole('button', { name: 'Show exit 2 in the chart' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Why exit 2 happened' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#chain-2').waitFor();
    const why = page.getByRole('button', { name: 'Why exit 2 happened' });
    expect(await why.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await page.locator('#chain-2').count()).toBe(0);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('shows names as text, and fits a small screen', async () => {
    const id = '<img/src=x/onerror=document.title=1>';
    const given = small();
    const file = await reportOf({
      ...given,
      entries: (given.entries as { id: string }[]).map((entry, index) =>
        index === 0 ? { ...entry, id } : entry,
      ),
    });
    const { page, complaints } = await opened(file, { viewport: { width: 390, height: 844 } });
    expect(await page.getByRole('button', { name: `entry ${id} alone` }).textContent()).toBe(id);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Replay of BTCUSDT');
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('opens where nothing happened', async () => {
    const bare = { ...small(), entries: [], options: [] };
    const { page, complaints } = await opened(
      await reportOf({ ...bare, ticks: { name: 'one.csv', content: trades([100]) } }),
    );
    await page.getByText('Nothing was left: no level was reached.').waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  it(`opens with ${MANY} ticks at once`, async () => {
    const entries = Array.from({ length: 40 }, (_, index) => ({
      ...{ id: `e${index}`, symbol: 'BTCUSDT', quantity: '0.05', tranche: 'new' },
      ...{ side: index % 3 === 0 ? 'SHORT' : 'LONG', row: Math.floor((MANY * index) / 41) },
    }));
    const file = await reportOf({
      ticks: { name: 'many.csv', content: trades(wander(MANY)) },
      config: configOf('BTCUSDT', PLAN),
      entries,
    });
    expect(statSync(file).size).toBeLessThan(BYTES_MAX);
    const { page, complaints, openMs } = await opened(file);
    expect(openMs).toBeLessThan(OPENS_WITHIN_MS);
    expect(await page.locator('#exits tbody tr.exit').count()).toBe(
      reportDataOf(file).exits.length,
    );
    const startedAt = performance.now();
    for (const key of ['+', '+', '-', '0']) {
      await page.getByRole('application').press(key);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    expect(performance.now() - startedAt).toBeLessThan(OPENS_WITHIN_MS);
    expect(complaints).toEqual([]);
  }, 180_000);

  it.skipIf(missing(TRADES))(
    'draws trades (skipped without ../shared/data)',
    async () => {
      const sides = [...'LSSLSLLSL'];
      const file = await reportOf({
        ticks: recorded(TRADES),
        config: configOf('BTCUSDT', SMALL_MOVES),
        entries: sides.map((side, index) => ({
          ...{
            id: `${side}${index + 1}`,
            row: 200 + index * 2_300,
            side: side === 'L' ? 'LONG' : 'SHORT',
          },
          ...{ symbol: 'BTCUSDT', quantity: '0.05', tranche: 'new' },
        })),
        options: ['--slippage-bps', '0.2'],
      });
      const reasons = reportDataOf(file).rules.map(({ reason }) => reason);
      expect(reasons).toEqual(['stop-loss', 'take-profit', 'trailing-stop', 'breakeven']);
      const { page, complaints } = await opened(file, { colorScheme: 'dark' });
      await page.setViewportSize({ width: 1_280, height: 1_090 });
      await shoot(page, 'replay-report');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.getByRole('button', { name: 'Why exit 5 happened' }).click();
      await shoot(page, 'replay-report-exits', '#exits');
      expect(complaints).toEqual([]);
    },
    90_000,
  );

  it.skipIf(missing(CRASH))(
    'draws a crash (skipped without ../shared/data)',
    async () => {
      const file = await reportOf({
        ticks: recorded(CRASH),
        symbol: 'BTC-PERP',
        config: configOf('BTC-PERP', PLAN, '1', '0.0001'),
        entries: Array.from({ length: 16 }, (_, index) => ({
          ...{ id: `${index % 2 === 0 ? 'L' : 'S'}${index}`, symbol: 'BTC-PERP', quantity: '0.25' },
          ...{ side: index % 2 === 0 ? 'LONG' : 'SHORT', row: 120 + index * 480, tranche: 'new' },
        })),
        options: ['--fees', '0.02,0.05', '--slippage-bps', '2'],
      });
      expect(statSync(file).size).toBeLessThan(BYTES_MAX);
      for (const colorScheme of ['dark', 'light'] as const) {
        const { complaints, openMs } = await opened(file, { colorScheme });
        expect(openMs).toBeLessThan(OPENS_WITHIN_MS);
        expect(complaints).toEqual([]);
      }
    },
    90_000,
  );
});

/** Two that earn, one that is stopped out, one that stays. */
function small(): ReplayCase {
  const prices = [100, 100, 100.4, 101.2, 102.1, 102.4, 102.2, 101.5, 101, 99.9, 99, 98.2, 98.4];
  const entry = { symbol: 'BTCUSDT', side: 'LONG', quantity: '1', tranche: 'new' };
  return {
    ticks: { name: 'ticks.csv', content: trades(prices) },
    config: configOf('BTCUSDT', PLAN),
    entries: [
      { ...entry, id: 'a', row: 1 },
      { ...entry, id: 'b', row: 5 },
      { ...entry, id: 'c', side: 'SHORT', row: 8 },
      { ...entry, id: 'd', row: 11 },
    ],
    options: ['--slippage-bps', '3', '--fees', '0.05'],
  };
}

/** A picture of what is in view, or of one element; only where they are asked for. */
async function shoot(page: Page, name: string, element?: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  if (element === undefined) await page.screenshot({ path });
  else await page.locator(element).screenshot({ path });
}

async function reportOf(given: ReplayCase): Promise<string> {
  const { args, folder } = replayFiles(given);
  const file = join(folder, 'report.html');
  await printedHere([...args, '--report', file]);
  return file;
}

async function opened(file: string, options: BrowserContextOptions = {}) {
  const { page, complaints } = await openPage(options);
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  const startedAt = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.locator('#exits').waitFor();
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  return { page, complaints, requests, openMs: performance.now() - startedAt };
}

/** Share of each drawing that is not empty. */
function inks(page: Page): Promise<number[]> {
  return page.locator('canvas').evaluateAll((nodes) =>
    nodes.map((node) => {
      const canvas = node as HTMLCanvasElement;
      const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      if (image === undefined) return 0;
      let ink = 0;
      for (let at = 3; at < image.data.length; at += 4) if ((image.data[at] ?? 0) > 0) ink += 1;
      return ink / (canvas.width * canvas.height);
    }),
  );
}

function picture(page: Page): Promise<string> {
  return page
    .locator('canvas')
    .first()
    .evaluate((node) => (node as HTMLCanvasElement).toDataURL());
}

/** A market with a mind of its own, the same every time; it falls by a tenth in the middle. */
function wander(count: number): readonly string[] {
  let state = 7;
  let price = 60_000;
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const isFalling = index > count * 0.5 && index < count * 0.52;
    price *= 1 + (state / 2 ** 32 - 0.5) * 0.000_3 - (isFalling ? 0.000_026 : 0);
    return price.toFixed(1);
  });
}
