import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';
import { RULE_KEYS } from '../../../src/monitor/config/schemas.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GUIDE = readFileSync(join(ROOT, 'docs/guides/exits.md'), 'utf8');
/** Part of every example, none itself. */
const SHARED = 'market.ts';
/** What can be read on a phone in a train. */
const PICTURE_BYTES_MAX = 40_000;

/** Drawings; the others are pictures of pages. */
const PICTURES = readdirSync(join(ROOT, 'docs/guides/images')).filter((name) =>
  name.endsWith('.svg'),
);

/** Sections of rules: those with a plan. */
const SECTIONS = GUIDE.split('\n## ')
  .slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf('\n')), text }))
  .filter(({ text }) => text.includes('```json'));

function outputs(text: string): { readonly path: string; readonly output: string }[] {
  const pattern = /^`(examples\/exits\/[\w-]+\.ts)`\n\n```text\n(.*?)^```$/gms;
  return [...text.matchAll(pattern)].map(([, path = '', output = '']) => ({ path, output }));
}

/** Runs an example in this process, once, and takes down what it says. */
async function said(path: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => lines.push(`${line}\n`));
  try {
    await import(join(ROOT, path));
    return lines.join('');
  } finally {
    log.mockRestore();
  }
}

describe('examples/exits', () => {
  it.each(outputs(GUIDE))('$path says what docs/guides/exits.md shows', async (shown) => {
    expect(await said(shown.path)).toBe(shown.output);
  });

  it('are all shown', () => {
    const files = readdirSync(join(ROOT, 'examples/exits')).filter((name) => name !== SHARED);
    const shown = outputs(GUIDE).map(({ path }) => path);
    expect([...shown].sort()).toEqual(files.map((name) => `examples/exits/${name}`).sort());
  });
});

describe('docs/guides/exits.md', () => {
  it('has a section with a plan, an output and a picture for every rule', () => {
    expect(SECTIONS).toHaveLength(11);
    for (const { name, text } of SECTIONS) {
      expect(outputs(text), name).toHaveLength(1);
      // A panic has no level that could be drawn.
      expect([...text.matchAll(/!\[[^\]]{20,}\]\(images\//g)], name).toHaveLength(
        name === 'Panic' ? 0 : 1,
      );
    }
  });

  it('has plans that are accepted, and one for every rule', () => {
    const keys = SECTIONS.flatMap(({ name, text }) => {
      const [example, ...more] = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => json);
      expect(more, name).toEqual([]);
      const plan = JSON.parse(example ?? '');
      expect(() => exitPlanFrom(plan, null, 'plan'), name).not.toThrow();
      return Object.keys(plan);
    });
    for (const rule of Object.keys(RULE_KEYS)) expect(keys).toContain(rule);
  });

  it('links to what exists', () => {
    const targets = [...GUIDE.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target ?? '');
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !existsSync(join(ROOT, 'docs/guides', target)))).toEqual([]);
  });

  it('links to sections that exist', () => {
    const anchors = [...GUIDE.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    const headings = [...GUIDE.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    expect(anchors.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
  });
});

describe('the pictures of docs/guides/exits.md', () => {
  it('show what the monitor does', async () => {
    const script = join(ROOT, 'scripts/draw-exits.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--check']);
    expect(stdout).toBe('the pictures are true\n');
  });

  it.each(PICTURES)('%s is small, and says in words what it shows', (name) => {
    const picture = pictureOf(name);
    expect(picture.length).toBeLessThan(PICTURE_BYTES_MAX);
    expect(picture).toMatch(
      /^<svg [^>]*role="img" aria-labelledby="title desc">\n<title id="title">.+</,
    );
    expect(picture).toMatch(
      /<desc id="desc">The price goes from .* A stop rests .* bought .* sold .*</,
    );
    expect(picture).toContain('prefers-color-scheme:dark');
    expect(picture).not.toMatch(/NaN|undefined|<script|href/);
  });

  it.each([
    ['light', 0],
    ['dark', 1],
  ])('can be read in %s', (_, mode) => {
    const [name = ''] = PICTURES;
    const sets = [...pictureOf(name).matchAll(/svg\{(--[^}]*)\}/g)].map(([, set = '']) => set);
    const colours = new Map(
      [...(sets[mode] ?? '').matchAll(/--(\w+):(#\w{6})/g)].map(([, role, colour]) => [
        role,
        colour,
      ]),
    );
    const ground = colours.get('ground') ?? '';
    for (const role of ['ink', 'quiet', 'profit', 'stop', 'guard', 'liquidation', 'held']) {
      expect(contrast(colours.get(role) ?? '', ground), role).toBeGreaterThan(4.5);
    }
  });
});

function pictureOf(name: string): string {
  return readFileSync(join(ROOT, 'docs/guides/images', name), 'utf8');
}

/** Ratio of the luminances of two colours, as accessibility guidelines define it. */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
