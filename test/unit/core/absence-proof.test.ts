import { describe, expect, it } from 'vitest';
import { bookFailure, bookMiss, newSearch } from '../../../src/orders/absence-proof.js';

const DEADLINE = 10_000;
const LATE = DEADLINE + 1_001;

describe('absence proof', () => {
  it('needs three misses after the deadline and its margin, each in two places', () => {
    const search = newSearch(0);
    expect(bookMiss(search, DEADLINE, LATE, 2, 0)).toBe(false);
    expect(bookMiss(search, DEADLINE, LATE, 2, 250)).toBe(false);
    expect(bookMiss(search, DEADLINE, LATE, 2, 500)).toBe(true);
  });

  it('asks again no sooner than after 250 ms', () => {
    const search = newSearch(0);
    bookMiss(search, DEADLINE, LATE, 2, 100);
    expect(search.nextMono).toBe(350);
  });

  it('counts no miss before the deadline: the request may still arrive', () => {
    const search = newSearch(0);
    for (let round = 0; round < 10; round += 1)
      expect(bookMiss(search, DEADLINE, DEADLINE + 1_000, 3, 0)).toBe(false);
    expect(search.rounds).toBe(0);
  });

  it('counts no miss that only one place confirms', () => {
    const search = newSearch(0);
    for (let round = 0; round < 10; round += 1)
      expect(bookMiss(search, DEADLINE, LATE, 1, 0)).toBe(false);
  });

  it('concludes nothing from a failed query, and asks with growing pauses up to a bound', () => {
    const search = newSearch(0);
    bookMiss(search, DEADLINE, LATE, 2, 0);
    bookFailure(search, 100);
    expect([search.rounds, search.running, search.nextMono]).toEqual([1, false, 350]);
    bookFailure(search, 4_000);
    expect(search.nextMono).toBe(6_000);
    bookFailure(search, 60_000);
    expect(search.nextMono).toBe(65_000);
  });
});
