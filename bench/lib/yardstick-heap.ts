/** Indexed 4-ary min-heap on typed arrays: what one level costs at the least. */
export class YardstickHeap {
  readonly #keys: Float64Array;
  readonly #ids: Int32Array;
  readonly #places: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
    this.#places = new Int32Array(capacity).fill(-1);
  }

  get least(): number {
    return this.#keys[0] as number;
  }

  get leastId(): number {
    return this.#ids[0] as number;
  }

  add(id: number, key: number): void {
    this.#size += 1;
    this.#up(this.#size - 1, id, key);
  }

  remove(id: number): void {
    const hole = this.#places[id] as number;
    this.#places[id] = -1;
    this.#size -= 1;
    if (hole === this.#size) return;
    const [lastId, last] = [this.#ids[this.#size] as number, this.#keys[this.#size] as number];
    if (hole > 0 && last < (this.#keys[(hole - 1) >> 2] as number)) this.#up(hole, lastId, last);
    else this.#down(hole, lastId, last);
  }

  move(id: number, key: number): void {
    const place = this.#places[id] as number;
    if (key < (this.#keys[place] as number)) this.#up(place, id, key);
    else this.#down(place, id, key);
  }

  #up(from: number, id: number, key: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if ((this.#keys[parent] as number) <= key) break;
      this.#put(place, this.#ids[parent] as number, this.#keys[parent] as number);
      place = parent;
    }
    this.#put(place, id, key);
  }

  #down(from: number, id: number, key: number): void {
    let place = from;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= this.#size) break;
      const end = Math.min(first + 4, this.#size);
      let child = first;
      for (let other = first + 1; other < end; other += 1) {
        if ((this.#keys[other] as number) < (this.#keys[child] as number)) child = other;
      }
      if ((this.#keys[child] as number) >= key) break;
      this.#put(place, this.#ids[child] as number, this.#keys[child] as number);
      place = child;
    }
    this.#put(place, id, key);
  }

  #put(place: number, id: number, key: number): void {
    this.#ids[place] = id;
    this.#keys[place] = key;
    this.#places[id] = place;
  }
}
