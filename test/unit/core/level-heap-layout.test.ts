import { describe, expect, it } from 'vitest';
import { LevelHeap } from '../../../src/triggers/level-heap.js';

/** Key `index` under id `index`. Where no key is below that of its parent, each stands at the place of its id. */
function laidOut(keys: readonly number[]): LevelHeap {
  const heap = new LevelHeap();
  for (const [id, key] of keys.entries()) heap.add(id, key);
  return heap;
}

/** 39 entries. Those under the first child of the root are far above all others. */
const KEYS = Array.from({ length: 39 }, (_, index) => {
  const farBranch = index === 1 || (index >= 5 && index <= 8) || (index >= 21 && index <= 36);
  return farBranch ? 100 + index : index;
});

function drained(heap: LevelHeap): readonly number[] {
  const taken: number[] = [];
  while (heap.size > 0) {
    taken.push(heap.minKey);
    heap.remove(heap.minId);
  }
  return taken;
}

function rising(keys: readonly number[]): readonly number[] {
  return [...keys].sort((a, b) => a - b);
}

describe('LevelHeap, place by place', () => {
  it('keeps every entry when it outgrows its first room, ids far apart included', () => {
    const heap = laidOut(KEYS);
    heap.add(5_000, -1);
    expect([heap.size, heap.minId, heap.has(4_999), heap.has(5_000)]).toEqual([
      40,
      5_000,
      false,
      true,
    ]);
    expect(drained(heap)).toEqual(rising([...KEYS, -1]));
  });

  it('lets a new entry rise past its own parent, not past a neighbour of it', () => {
    const keys = [0, 100, 10, 110, 120, 101, 102, 50];
    const heap = laidOut(keys);
    /** Entries that follow, or the misplaced one would be the last and be put right by the first removal. */
    const later = Array.from({ length: 12 }, (_, index) => 200 + index);
    for (const [index, key] of later.entries()) heap.add(keys.length + index, key);
    expect(drained(heap)).toEqual(rising([...keys, ...later]));
  });

  it('lets the entry that fills a hole rise where the parent is above it', () => {
    for (const hole of [5, 6, 7, 8]) {
      const heap = laidOut(KEYS);
      heap.remove(hole);
      expect(drained(heap)).toEqual(rising(KEYS.filter((_, index) => index !== hole)));
    }
  });

  it('lets the entry that fills a hole sink, only among the children of the hole', () => {
    const keys = [...KEYS.slice(0, 38), 500];
    for (const hole of [1, 2, 4, 8]) {
      const heap = laidOut(keys);
      heap.remove(hole);
      expect(drained(heap)).toEqual(rising(keys.filter((_, index) => index !== hole)));
    }
  });

  it('names the level in what it refuses', () => {
    const heap = laidOut([1]);
    expect(() => heap.add(0, 2)).toThrow('level 0 is armed once');
    expect(() => heap.remove(3)).toThrow('level 3 is armed');
  });
});
