import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors/codes.js';
import { filesBelow, ROOT } from './source-files.js';

const REFERENCE = 'docs/reference/errors.md';
const codes = Object.keys(ERROR_CODES);

describe('error codes', () => {
  it(`have one heading each in ${REFERENCE}`, () => {
    expect(headings(), 'one heading per code, in the order of src/errors/codes.ts').toEqual(codes);
  });

  it(`say in ${REFERENCE} when they happen and what to do`, () => {
    const empty = sections()
      .filter(({ body }) => body.length < 40)
      .map(({ code }) => code);
    expect(empty, 'a heading without text helps nobody').toEqual([]);
  });

  it('are provoked by a test each', () => {
    const tests = filesBelow('test')
      .filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/arch/'))
      .map((path) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n');
    const unprovoked = codes.filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(tests));
    expect(unprovoked, 'write a test that provokes the code and expects it by name').toEqual([]);
  });

  it('are all thrown somewhere', () => {
    const sources = filesBelow('src')
      .filter((path) => path !== 'src/errors/codes.ts')
      .map((path) => readFileSync(join(ROOT, path), 'utf8').replace(/^\s*(\*|\/\/|\/\*).*$/gm, ''))
      .join('\n');
    const unused = codes.filter((code) => !sources.includes(`'${code}'`));
    expect(unused, 'remove the code, or throw it where its description says').toEqual([]);
  });
});

function headings(): readonly string[] {
  return sections().map(({ code }) => code);
}

/** `## CODE` (or deeper) with the text below it, up to the next heading. */
function sections(): readonly { readonly code: string; readonly body: string }[] {
  const path = join(ROOT, REFERENCE);
  if (!existsSync(path)) return [];
  const found: { code: string; body: string }[] = [];
  let current: { code: string; body: string } | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const code = /^#{2,4}\s+`?([A-Z][A-Z_]+)`?\s*$/.exec(line)?.[1];
    if (code !== undefined) {
      current = { code, body: '' };
      found.push(current);
    } else if (line.startsWith('#')) {
      current = undefined;
    } else if (current !== undefined) {
      current.body += line.trim();
    }
  }
  return found;
}
