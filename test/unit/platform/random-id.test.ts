import { describe, expect, it } from 'vitest';
import { RANDOM_ID_LENGTH } from '../../../src/limits.js';
import { randomId } from '../../../src/platform/random-id.js';

describe('randomId', () => {
  it('is base 36 and of the asked length', () => {
    expect(randomId()).toMatch(new RegExp(`^[0-9a-z]{${RANDOM_ID_LENGTH}}$`));
    for (const length of [1, 6, 64]) expect(randomId(length)).toHaveLength(length);
  });

  it('does not repeat', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => randomId())).size).toBe(1_000);
  });

  it('prefers no character', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 1_000; index += 1) {
      for (const character of randomId(36)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(36);
    // 1,000 expected each; the bound is more than eight standard deviations wide.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(270);
  });

  it.each([0, -1, 65, 1.5])('refuses a length of %s', (length) => {
    expect(() => randomId(length)).toThrow('1 to 64');
  });
});
