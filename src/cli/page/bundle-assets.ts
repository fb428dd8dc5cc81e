import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { PageAssets, PageName } from './page-assets.js';

/** Folder of each page's script and style sheet, from the checkout. */
const PAGES: Readonly<Record<PageName, string>> = {
  live: 'src/cli/serve/client/live-page',
  report: 'src/cli/report/client/report-page',
};

const CHARTS_LICENCE = 'node_modules/uplot/LICENSE';

/** Browsers of the last years: nothing here needs more. */
const TARGET = ['chrome109', 'firefox115', 'safari16'];

/**
 * Makes script and style of a page, each one text without anything external.
 *
 * Runs from the sources and in the build, never in the packed command: `assets.ts` is replaced there.
 *
 * @param root the checkout
 */
export function bundleAssets(root: string, page: PageName): PageAssets {
  const entry = join(root, PAGES[page]);
  const { outputFiles } = buildSync({
    entryPoints: [`${entry}.ts`, `${entry}.css`],
    absWorkingDir: root,
    outdir: 'page',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'inline',
    // A page is a copy of it: pages are passed on, and its licence has to go with them.
    banner: { js: `/*! uPlot\n${readFileSync(join(root, CHARTS_LICENCE), 'utf8').trim()}\n*/` },
    logLevel: 'silent',
  });
  const text = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? '';
  return { script: text('.js'), style: text('.css') };
}

export const PAGE_NAMES: readonly PageName[] = Object.keys(PAGES) as PageName[];
