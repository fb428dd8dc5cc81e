/** Prices of one symbol with the levels that were in force. Times in ms since 1970 UTC; rising. */
export interface ChartData {
  readonly times: readonly number[];
  /** The price at each time; `null` leaves a gap. */
  readonly last: readonly (number | null)[];
  /** Lowest and highest price since the time before: what a point leaves out. Absent: each point stands for itself. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  readonly levels: readonly ChartLevel[];
  readonly marks: readonly ChartMark[];
}

export type LevelKind = 'entry' | 'take-profit' | 'stop' | 'guard' | 'liquidation';

/** A price that stood for a while. One that moved is several, one after the other. */
export interface ChartLevel {
  readonly kind: LevelKind;
  /** Short, e.g. `stop 44550`; only the last of a label is written. */
  readonly label: string;
  readonly price: number;
  /** From when to when, ms; absent: from the first or to the last time. */
  readonly from?: number;
  readonly to?: number;
}

export type MarkKind = 'entry' | 'take-profit' | 'stop' | 'other';

/** Something that happened at a price: told by its shape as well as by its colour. */
export interface ChartMark {
  readonly kind: MarkKind;
  readonly time: number;
  readonly price: number;
  readonly label: string;
}
