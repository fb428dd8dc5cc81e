import { invariant } from '../../errors/invariant.js';
import { REPORT_BUCKETS_MAX } from '../../limits.js';
import type { DecimatedSeries } from './report-data.js';

/**
 * A line of any length in bounded memory.
 *
 * Neighbouring samples share a bucket of which the first, the lowest, the highest and the last are kept, each at its own
 * time: nothing is averaged or moved, and no extreme is lost. When the buckets are full, two become one.
 */
export class SeriesDecimator {
  readonly #bucketsMax: number;
  #samples = 0;
  #perBucket = 1;
  /** Buckets begun, and samples in the last of them. */
  #count = 0;
  #inLast = 0;
  readonly #first: Corner;
  readonly #low: Corner;
  readonly #high: Corner;
  readonly #last: Corner;

  /** @param bucketsMax even */
  constructor(bucketsMax = REPORT_BUCKETS_MAX) {
    invariant(bucketsMax >= 2 && bucketsMax % 2 === 0, 'buckets are merged in pairs');
    this.#bucketsMax = bucketsMax;
    this.#first = new Corner(bucketsMax);
    this.#low = new Corner(bucketsMax);
    this.#high = new Corner(bucketsMax);
    this.#last = new Corner(bucketsMax);
  }

  /**
   * One sample. Times never fall.
   *
   * @returns whether it began a bucket
   */
  add(time: number, value: number): boolean {
    const place = this.#samples;
    this.#samples += 1;
    if (this.#count > 0 && this.#inLast < this.#perBucket) {
      const bucket = this.#count - 1;
      this.#inLast += 1;
      this.#last.set(bucket, place, time, value);
      if (value < (this.#low.values[bucket] as number)) this.#low.set(bucket, place, time, value);
      if (value > (this.#high.values[bucket] as number)) this.#high.set(bucket, place, time, value);
      return false;
    }
    if (this.#count === this.#bucketsMax) this.#halve();
    const bucket = this.#count;
    this.#count += 1;
    this.#inLast = 1;
    for (const corner of [this.#first, this.#low, this.#high, this.#last]) {
      corner.set(bucket, place, time, value);
    }
    return true;
  }

  /** The line so far: up to four points a bucket, in the order in which they were told. */
  line(): DecimatedSeries {
    const waits: number[] = [];
    const values: number[] = [];
    let told = -1;
    let before = 0;
    const tell = (corner: Corner, bucket: number): void => {
      const place = corner.places[bucket] as number;
      if (place <= told) return;
      told = place;
      const time = corner.times[bucket] as number;
      waits.push(time - before);
      before = time;
      values.push(corner.values[bucket] as number);
    };
    for (let bucket = 0; bucket < this.#count; bucket += 1) {
      const isLowFirst =
        (this.#low.places[bucket] as number) < (this.#high.places[bucket] as number);
      tell(this.#first, bucket);
      tell(isLowFirst ? this.#low : this.#high, bucket);
      tell(isLowFirst ? this.#high : this.#low, bucket);
      tell(this.#last, bucket);
    }
    return { samples: this.#samples, perStep: this.#perBucket, waits, values };
  }

  /** All buckets are full when this is called, so that each becomes exactly twice as wide. */
  #halve(): void {
    const half = this.#bucketsMax / 2;
    for (let bucket = 0; bucket < half; bucket += 1) {
      const left = 2 * bucket;
      const right = left + 1;
      this.#first.move(left, bucket);
      this.#last.move(right, bucket);
      const isRightLower = (this.#low.values[right] as number) < (this.#low.values[left] as number);
      this.#low.move(isRightLower ? right : left, bucket);
      const isRightHigher =
        (this.#high.values[right] as number) > (this.#high.values[left] as number);
      this.#high.move(isRightHigher ? right : left, bucket);
    }
    this.#count = half;
    this.#perBucket *= 2;
    this.#inLast = this.#perBucket;
  }
}

/** One sample of each bucket, in columns. */
class Corner {
  readonly places: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;

  constructor(buckets: number) {
    this.places = new Float64Array(buckets);
    this.times = new Float64Array(buckets);
    this.values = new Float64Array(buckets);
  }

  set(bucket: number, place: number, time: number, value: number): void {
    this.places[bucket] = place;
    this.times[bucket] = time;
    this.values[bucket] = value;
  }

  move(from: number, to: number): void {
    this.set(
      to,
      this.places[from] as number,
      this.times[from] as number,
      this.values[from] as number,
    );
  }
}
