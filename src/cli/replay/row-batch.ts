/**
 * What a row of a recording carries.
 *
 * `last` one price · `quote` bid, ask · `bar` open, high, low, close · `quote-bar` the bid's four, then the ask's four.
 */
export type RowShape = 'last' | 'quote' | 'bar' | 'quote-bar';

/** Prices of one row. */
export const PRICES_PER_ROW: Readonly<Record<RowShape, number>> = {
  last: 1,
  quote: 2,
  bar: 4,
  'quote-bar': 8,
};

/** Rows in columns. One batch is filled again and again, so that a row costs no object. */
export class RowBatch {
  readonly width: number;
  count = 0;
  /** Ms since 1970 UTC, as the recording says: they may go back. */
  times = new Float64Array(0);
  /** `width` prices a row, one row after the other. */
  prices = new Float64Array(0);

  constructor(shape: RowShape) {
    this.width = PRICES_PER_ROW[shape];
  }

  /** Empties the batch and makes room. */
  reset(rows: number): void {
    this.count = 0;
    if (this.times.length >= rows) return;
    this.times = new Float64Array(rows);
    this.prices = new Float64Array(rows * this.width);
  }
}

/** Turns the bytes of a recording into rows. */
export interface RowReader {
  readonly shape: RowShape;
  /** Lines read so far. */
  readonly line: number;
  /**
   * Reads whole lines.
   *
   * @param end just behind a line feed
   * @throws ValidationError `INPUT_FILE_INVALID` naming the line
   */
  read(bytes: Uint8Array, end: number, batch: RowBatch): void;
  /** Told when the file is at its end: says what is missing. */
  finish(rows: number): void;
}
