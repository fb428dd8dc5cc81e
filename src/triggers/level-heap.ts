import { invariant } from '../errors/invariant.js';

const ARITY = 4;
const CAPACITY_INITIAL = 16;
const ABSENT = -1;

/**
 * Indexed d-ary min-heap of prices: the smallest key is at hand, any entry can be removed by its id.
 *
 * Typed arrays, no objects: 16 bytes an entry, and removal leaves no garbage behind. Four children a node was the
 * best or second best at every size from 100 to a million entries.
 */
export class LevelHeap {
  #keys = new Float64Array(CAPACITY_INITIAL);
  #ids = new Int32Array(CAPACITY_INITIAL);
  /** Where an id stands in the heap; `ABSENT` when it does not. */
  #positions = new Int32Array(CAPACITY_INITIAL).fill(ABSENT);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Smallest key, `Infinity` when empty. */
  get minKey(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#keys[0] as number);
  }

  /** Id of the smallest key; only to be asked when `size` is above zero. */
  get minId(): number {
    return this.#ids[0] as number;
  }

  has(id: number): boolean {
    return id < this.#positions.length && this.#positions[id] !== ABSENT;
  }

  add(id: number, key: number): void {
    invariant(!this.has(id), `level ${id} is armed once`);
    this.#makeRoom(id);
    this.#size += 1;
    this.#siftUp(this.#size - 1, id, key);
  }

  remove(id: number): void {
    invariant(this.has(id), `level ${id} is armed`);
    const hole = this.#positions[id] as number;
    this.#positions[id] = ABSENT;
    this.#size -= 1;
    if (hole === this.#size) return;
    const lastId = this.#ids[this.#size] as number;
    const lastKey = this.#keys[this.#size] as number;
    const parentKey = this.#keys[(hole - 1) >> 2];
    if (hole > 0 && parentKey !== undefined && lastKey < parentKey)
      this.#siftUp(hole, lastId, lastKey);
    else this.#siftDown(hole, lastId, lastKey);
  }

  #siftUp(from: number, id: number, key: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      if ((this.#keys[parent] as number) <= key) break;
      this.#set(index, this.#ids[parent] as number, this.#keys[parent] as number);
      index = parent;
    }
    this.#set(index, id, key);
  }

  #siftDown(from: number, id: number, key: number): void {
    let index = from;
    for (;;) {
      const first = index * ARITY + 1;
      if (first >= this.#size) break;
      const end = Math.min(first + ARITY, this.#size);
      let child = first;
      for (let candidate = first + 1; candidate < end; candidate += 1) {
        if ((this.#keys[candidate] as number) < (this.#keys[child] as number)) child = candidate;
      }
      if ((this.#keys[child] as number) >= key) break;
      this.#set(index, this.#ids[child] as number, this.#keys[child] as number);
      index = child;
    }
    this.#set(index, id, key);
  }

  #set(index: number, id: number, key: number): void {
    this.#ids[index] = id;
    this.#keys[index] = key;
    this.#positions[id] = index;
  }

  #makeRoom(id: number): void {
    if (this.#size === this.#keys.length) {
      this.#keys = grown(this.#keys, new Float64Array(this.#size * 2));
      this.#ids = grown(this.#ids, new Int32Array(this.#size * 2));
    }
    if (id >= this.#positions.length) {
      const length = Math.max(this.#positions.length * 2, id + 1);
      this.#positions = grown(this.#positions, new Int32Array(length).fill(ABSENT));
    }
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
