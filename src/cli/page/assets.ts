import { fileURLToPath } from 'node:url';
import { bundleAssets } from './bundle-assets.js';
import type { PageAssets, PageName } from './page-assets.js';

const made = new Map<PageName, PageAssets>();

/**
 * Script and style of a page.
 *
 * The build replaces this whole module by one that holds the finished texts (`tsup.config.ts`): the packed command
 * has neither esbuild nor the sources.
 */
export function pageAssets(page: PageName): PageAssets {
  const known = made.get(page);
  if (known !== undefined) return known;
  const assets = bundleAssets(fileURLToPath(new URL('../../..', import.meta.url)), page);
  made.set(page, assets);
  return assets;
}
