import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants/all-mutants.js';

const ROOT = new URL('../../', import.meta.url);

/** Text of a file, read once. */
const TEXTS = new Map<string, string>();

function textOf(file: string): string {
  let text = TEXTS.get(file);
  if (text === undefined) {
    text = readFileSync(new URL(file, ROOT), 'utf8');
    TEXTS.set(file, text);
  }
  return text;
}

function filesBelow(folder: URL): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}

describe('mutants', () => {
  it('are at least thirty, each with an id, a title and patches of its own', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(30);
    const patches = MUTANTS.map((mutant) => JSON.stringify(mutant.patches));
    for (const keys of [MUTANTS.map(({ id }) => id), MUTANTS.map(({ title }) => title), patches]) {
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('name the invariants that must find them', () => {
    for (const { id, invariants } of MUTANTS) {
      expect(invariants.length, id).toBeGreaterThan(0);
      for (const invariant of invariants) expect(invariant, id).toMatch(/^[IX]\d+[ab]?$/);
    }
  });

  it.each(MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    '%s: each patch meets exactly one place and changes it',
    (_, { patches }) => {
      expect(patches.length).toBeGreaterThan(0);
      for (const { file, find, replace } of patches) {
        expect(textOf(file).split(find).length - 1, `${file}: ${find}`).toBe(1);
        expect(replace).not.toBe(find);
      }
    },
  );

  it('are not in the built files', (context) => {
    const dist = new URL('dist/', ROOT);
    if (!existsSync(dist)) context.skip('there is no build');
    for (const file of filesBelow(dist)) {
      const text = readFileSync(file, 'utf8');
      for (const { title } of MUTANTS)
        expect(text.includes(title), `${file}: ${title}`).toBe(false);
      expect(/\bmutants?\b/i.test(text), fileURLToPath(new URL(`file://${file}`))).toBe(false);
    }
  });
});
