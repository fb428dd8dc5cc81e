import { createHash } from 'node:crypto';
import type { PageAssets } from './page-assets.js';

export interface PageRequest {
  readonly title: string;
  readonly assets: PageAssets;
  /** What `pageData()` reads in the page; as JSON. */
  readonly data: unknown;
  /** `in-page` for a file that is opened by itself; `header` for a served page, whose answer carries the policy. */
  readonly policy: 'in-page' | 'header';
}

export interface PageDocument {
  readonly html: string;
  /** Content-Security-Policy of exactly this page. */
  readonly policy: string;
}

/**
 * One HTML text with everything inside: script, style and data. It loads nothing from anywhere.
 *
 * The script fills `<main id="page">`.
 */
export function pageDocument({ title, assets, data, policy }: PageRequest): PageDocument {
  const script = closedScript(assets.script);
  const style = assets.style.replaceAll(/<\/style/gi, '<\\/style');
  const isServed = policy === 'header';
  const rules = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    `connect-src ${isServed ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Means nothing inside a page: only an answer's header can forbid frames.
    ...(isServed ? ["frame-ancestors 'none'"] : []),
  ].join('; ');
  const inPage = isServed
    ? []
    : [`<meta http-equiv="Content-Security-Policy" content="${escapeHtml(rules)}">`];
  const html = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    ...inPage,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="dark light">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#page">Skip to the content</a>',
    '<main id="page" tabindex="-1"><noscript>This page is drawn by its script, which is switched off.</noscript></main>',
    `<script type="application/json" id="page-data">${jsonForHtml(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
  return { html, policy: rules };
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign] ?? sign);
}

/** JSON in which nothing can end the element that holds it. */
function jsonForHtml(data: unknown): string {
  return JSON.stringify(data ?? null)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** In scripts the sequence stands in strings alone, where a backslash changes nothing. */
function closedScript(text: string): string {
  return text.replaceAll(/<\/script/gi, '<\\/script').replaceAll('<!--', '<\\!--');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}
