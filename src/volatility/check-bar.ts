import { ValidationError } from '../errors/validation-error.js';
import { barProblem, type PriceBar } from '../model/price-bar.js';

/** @throws ValidationError `BAR_INVALID` for a bar that cannot be */
export function checkBar(bar: PriceBar, barMs: number): void {
  const problem = barProblem(bar, barMs);
  if (problem === null) return;
  throw new ValidationError('BAR_INVALID', `A bar of ${barMs} ms cannot be: ${problem}`, {
    remedy: 'Correct what gives the bars; the average range goes on without it',
  });
}
