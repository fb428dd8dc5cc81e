import {
  type DecimalInput,
  type DecimalString,
  decimal,
  HUNDRED,
  toDecimalString,
} from '../../../model/decimal.js';
import type { PositionSide } from '../../../model/side.js';
import type { Path, Problems } from '../problems.js';

/** What lies at a distance from the entry. */
export interface EntryDistance {
  /** For messages, e.g. `take-profit`. */
  readonly name: string;
  /** The side on which it lies below the entry, and so reaches zero at 100 %. */
  readonly falling: PositionSide;
}

/** A percentage from the entry in one notation; one that lies at zero or below on a side that the plan serves is refused. */
export function percentFromEntry(
  given: DecimalInput,
  { name, falling }: EntryDistance,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): DecimalString {
  const percent = decimal(given);
  if ((side ?? falling) === falling && percent.gte(HUNDRED)) {
    problems.add(
      path,
      'a percentage below 100',
      given,
      side === undefined
        ? `The plan serves both sides, and the ${name} of a ${falling} would lie at zero or below; a plan given for one ${falling === 'LONG' ? 'SHORT' : 'LONG'} order may be wider`
        : `The ${name} of a ${falling} would lie at zero or below`,
    );
  }
  return toDecimalString(percent);
}
