import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageAssets } from '../../../src/cli/page/assets.js';
import { pageDocument } from '../../../src/cli/page/page-document.js';

const EVIL = '</script><script>alert(1)</script><!-- <style>';

describe('pageDocument', () => {
  it('lets no data out of their place', () => {
    const { html } = pageDocument({
      title: EVIL,
      assets: { script: 'go()', style: 'p{}' },
      data: { text: EVIL },
      policy: 'in-page',
    });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('alert(1)</script>');
    const [, json = ''] = /id="page-data">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual({ text: EVIL });
  });

  it.each(['live', 'report'] as const)('allows exactly the script and style of %s', (page) => {
    const { html, policy } = pageDocument({
      title: 'x',
      assets: pageAssets(page),
      data: null,
      policy: 'header',
    });
    const hash = (text: string): string =>
      `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
    expect(script.length).toBeGreaterThan(40_000);
    expect(policy).toContain(`script-src ${hash(script)};`);
    expect(policy).toContain(`style-src ${hash(style)};`);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    // Nothing is loaded from anywhere: no import, no address in a style.
    expect(style).not.toMatch(/@import|url\((?!data:)/);
    expect(html).not.toMatch(/(src|href)=["']?(https?:)?\/\//);
  });
});
