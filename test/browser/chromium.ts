import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PROGRAM = PLACES.find((path) => existsSync(path));

/** Why tests in a browser are skipped; `false` when there is one. */
export const noBrowser: string | false =
  PROGRAM === undefined ? 'no chromium here: npm run install-browser' : false;

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface OpenPage {
  readonly page: Page;
  /** What the page complained of: errors, and what its policy refused. */
  readonly complaints: string[];
  /** Addresses beyond the page's own host that it asked for. */
  readonly foreign: string[];
}

/** A page in a browser of its own with an empty profile; it ends with the test. */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenPage> {
  // Playwright makes a profile folder for every launch, and removes it.
  const browser: Browser = await chromium.launch({
    ...(PROGRAM !== undefined && { executablePath: PROGRAM }),
    args: ARGS,
  });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1_360, height: 1_000 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') foreign.push(request.url());
  });
  return { page, complaints, foreign };
}
