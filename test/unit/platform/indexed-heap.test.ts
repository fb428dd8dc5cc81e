import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeapEntry, IndexedHeap } from '../../../src/platform/indexed-heap.js';

describe('IndexedHeap', () => {
  it('gives entries out in order, whatever was pushed and removed', () => {
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 50 }) }) },
      { weight: 1, arbitrary: fc.record({ remove: fc.nat(200) }) },
      { weight: 1, arbitrary: fc.constant({ pop: true }) },
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200, size: 'max' }), (acts) => {
        const heap = new IndexedHeap<HeapEntry>();
        const all: HeapEntry[] = [];
        let model: HeapEntry[] = [];
        const sort = () => model.sort((a, b) => a.key - b.key || a.seq - b.seq);
        for (const step of acts) {
          if ('push' in step) {
            const entry = { key: step.push, seq: all.length, heapIndex: -1 };
            all.push(entry);
            model.push(entry);
            heap.push(entry);
          } else if ('remove' in step) {
            const entry = all[step.remove];
            if (entry === undefined) continue;
            expect(heap.remove(entry)).toBe(model.includes(entry));
            model = model.filter((kept) => kept !== entry);
          } else {
            expect(heap.pop()).toBe(sort().shift());
          }
          expect(heap.size).toBe(model.length);
          expect(heap.peek()).toBe(sort()[0]);
        }
        for (const entry of sort()) expect(heap.pop()).toBe(entry);
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });

  it('leaves the entries of another heap alone', () => {
    const heap = new IndexedHeap<HeapEntry>();
    const other = new IndexedHeap<HeapEntry>();
    const entry = { key: 1, seq: 0, heapIndex: -1 };
    heap.push(entry);
    expect(other.remove(entry)).toBe(false);
    expect(heap.peek()).toBe(entry);
  });
});
