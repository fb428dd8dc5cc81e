/** What a heap needs of its entries: a rank, a tie-break and its own bookkeeping. */
export interface HeapEntry {
  /** The smallest comes first. Must not change while the entry is in a heap. */
  key: number;
  /** Among equal keys the smallest comes first. */
  seq: number;
  /** Place inside the heap, kept by it; -1 while the entry is in none. */
  heapIndex: number;
}

/**
 * Binary heap whose entries know their place, so that any of them can be removed in O(log n).
 *
 * Shared by virtual time (timers) and the paper exchange (price levels).
 */
export class IndexedHeap<Entry extends HeapEntry> {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The first entry, or `undefined`. */
  peek(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  pop(): Entry | undefined {
    const first = this.#entries[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes the entry out; `false` when this heap does not hold it. */
  remove(entry: Entry): boolean {
    const index = entry.heapIndex;
    if (index < 0 || this.#entries[index] !== entry) return false;
    entry.heapIndex = -1;
    const last = this.#entries.pop() as Entry;
    if (last !== entry) {
      this.#rise(last, index);
      this.#sink(last, last.heapIndex);
    }
    return true;
  }

  #rise(entry: Entry, from: number): void {
    const entries = this.#entries;
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = entries[parentIndex] as Entry;
      if (!isBefore(entry, parent)) break;
      entries[index] = parent;
      parent.heapIndex = index;
      index = parentIndex;
    }
    entries[index] = entry;
    entry.heapIndex = index;
  }

  #sink(entry: Entry, from: number): void {
    const entries = this.#entries;
    let index = from;
    for (;;) {
      const leftIndex = 2 * index + 1;
      let child = entries[leftIndex];
      if (child === undefined) break;
      const right = entries[leftIndex + 1];
      if (right !== undefined && isBefore(right, child)) child = right;
      if (!isBefore(child, entry)) break;
      const childIndex = child.heapIndex;
      entries[index] = child;
      child.heapIndex = index;
      index = childIndex;
    }
    entries[index] = entry;
    entry.heapIndex = index;
  }
}

function isBefore(a: HeapEntry, b: HeapEntry): boolean {
  return a.key < b.key || (a.key === b.key && a.seq < b.seq);
}
