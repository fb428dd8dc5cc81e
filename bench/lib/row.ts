/** What a bench row has to hold: bounds of its figure, or of its ratio to the yardstick of the same run. */
export interface Bounds {
  readonly figureMax?: number;
  readonly figureMin?: number;
  readonly ratioMax?: number;
  readonly ratioMin?: number;
}

/** One line of the report. */
export interface Row {
  readonly id: string;
  readonly name: string;
  /** What has to hold, in words. */
  readonly goal: string;
  readonly unit: string;
  /** The yardstick, measured in the same run; `null` where the goal is a number of its own. */
  readonly reference: number | null;
  /** What the yardstick is. */
  readonly yardstick: string | null;
  /** What the library needs, through its public ways. */
  readonly figure: number;
  /** Figure / reference. */
  readonly ratio: number | null;
  readonly met: boolean;
  /** False where the library has no public way that the goal asks for: the figure is then that of the next best one. */
  readonly offered: boolean;
  readonly note?: string;
}

export type RowInput = Pick<Row, 'id' | 'name' | 'goal' | 'unit' | 'figure' | 'note'> & {
  readonly reference?: number;
  readonly yardstick?: string;
  readonly bounds: Bounds;
  readonly offered?: boolean;
};

/** Judges a figure. What is not offered is not met, however small the figure is. */
export function rowOf(input: RowInput): Row {
  const { id, name, goal, unit, figure, bounds, note } = input;
  const { reference = null, yardstick = null, offered = true } = input;
  const ratio = reference === null ? null : figure / reference;
  return {
    ...{ id, name, goal, unit, reference, yardstick, figure, ratio },
    met: offered && isWithin(figure, ratio, bounds),
    offered,
    ...(note !== undefined && { note }),
  };
}

/** NaN is within nothing. */
export function isWithin(figure: number, ratio: number | null, bounds: Bounds): boolean {
  const { figureMax, figureMin, ratioMax, ratioMin } = bounds;
  const holds: boolean[] = [];
  if (figureMax !== undefined) holds.push(figure <= figureMax);
  if (figureMin !== undefined) holds.push(figure >= figureMin);
  if (ratioMax !== undefined) holds.push(ratio !== null && ratio <= ratioMax);
  if (ratioMin !== undefined) holds.push(ratio !== null && ratio >= ratioMin);
  return holds.every((one) => one);
}
