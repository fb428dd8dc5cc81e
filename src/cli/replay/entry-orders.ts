import type { DecimalString } from '../../model/decimal.js';
import type { ExitPlanInput } from '../../model/exit-plan.js';
import type { PositionSide } from '../../model/side.js';

/** An entry that the replay makes, as the entries file asks for it. */
export interface EntryRequest {
  readonly id: string;
  /** Id of the order that fills it. */
  readonly orderId: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: DecimalString;
  /** Data row, or the time from which the first row is meant (ms since 1970 UTC). One of the two is set. */
  readonly row: number | null;
  readonly time: number | null;
  readonly tranche: 'auto' | 'new';
  readonly plan: ExitPlanInput | null;
}

/** Entries that wait for their row. */
export class EntryQueue {
  readonly #byRow: readonly EntryRequest[];
  readonly #byTime: readonly EntryRequest[];
  readonly #order: ReadonlyMap<EntryRequest, number>;
  #rowIndex = 0;
  #timeIndex = 0;
  /** The next row and time that somebody waits for: plain fields, because they are read on every row. */
  nextRow = Number.POSITIVE_INFINITY;
  nextTime = Number.POSITIVE_INFINITY;

  constructor(entries: readonly EntryRequest[]) {
    const by = (key: 'row' | 'time') =>
      entries
        .filter((entry) => entry[key] !== null)
        .sort((a, b) => (a[key] as number) - (b[key] as number));
    this.#byRow = by('row');
    this.#byTime = by('time');
    this.#order = new Map(entries.map((entry, index) => [entry, index]));
    this.#refresh();
  }

  /** Takes the entries of a row, in the order of the file. */
  take(row: number, time: number): readonly EntryRequest[] {
    const due: EntryRequest[] = [];
    while ((this.#byRow[this.#rowIndex]?.row ?? Number.POSITIVE_INFINITY) <= row) {
      due.push(this.#byRow[this.#rowIndex++] as EntryRequest);
    }
    while ((this.#byTime[this.#timeIndex]?.time ?? Number.POSITIVE_INFINITY) <= time) {
      due.push(this.#byTime[this.#timeIndex++] as EntryRequest);
    }
    this.#refresh();
    return due.sort((a, b) => (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0));
  }

  /** What still waits. */
  get waiting(): readonly EntryRequest[] {
    return [...this.#byRow.slice(this.#rowIndex), ...this.#byTime.slice(this.#timeIndex)];
  }

  #refresh(): void {
    this.nextRow = this.#byRow[this.#rowIndex]?.row ?? Number.POSITIVE_INFINITY;
    this.nextTime = this.#byTime[this.#timeIndex]?.time ?? Number.POSITIVE_INFINITY;
  }
}
