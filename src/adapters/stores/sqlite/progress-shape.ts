import type { ProgressRow } from '../../../ports/store.js';
import { decimalText, exactly, flag, nullable, oneOf, type Shape, tally } from './shape.js';
import { STOP_RULES } from './words.js';

/** What a tranche has lived through. Something that this version does not know must not be read as if it had not been. */
export const exitProgress: Shape = exactly<ProgressRow>({
  peak: nullable(decimalText),
  breakevenReached: flag,
  levelsTaken: tally,
  timeLimitDone: flag,
  averageRange: nullable(decimalText),
  volatilityTakeProfit: nullable(decimalText),
  ratchet: nullable(
    exactly<NonNullable<ProgressRow['ratchet']>>({ level: decimalText, rule: oneOf(STOP_RULES) }),
  ),
  fundingPaid: decimalText,
});
