import { type Decimal, decimal, maxDecimal, ZERO } from '../model/decimal.js';
import type { ExitPlan } from '../model/exit-plan.js';
import { remaining, type Tranche } from '../model/tranche.js';

/** What a tranche with these figures is taken apart by. */
type Taken = Pick<Tranche, 'openedQty' | 'takenBySlot' | 'plan'>;

/** Quantity that each take-profit level has to take before rounding: its share of what came in, without what it took. */
export function sharesLeft({ openedQty, takenBySlot, plan }: Taken): readonly Decimal[] {
  return plan.takeProfits.map(({ portion }, slot) =>
    maxDecimal(ZERO, openedQty.times(decimal(portion)).minus(takenBySlot[slot] ?? ZERO)),
  );
}

/** What levels must have taken so that these shares are left of what came in. */
export function takenFor(
  openedQty: Decimal,
  { takeProfits }: ExitPlan,
  shares: readonly Decimal[],
): Decimal[] {
  return takeProfits.map(({ portion }, slot) =>
    openedQty.times(decimal(portion)).minus(shares[slot] ?? ZERO),
  );
}

/** Levels begin anew: their portions are those of what is held now, whatever was taken before. */
export function takenAnew(tranche: Tranche, plan: ExitPlan): Decimal[] {
  const held = remaining(tranche);
  const shares = plan.takeProfits.map(({ portion }) => held.times(decimal(portion)));
  return takenFor(tranche.openedQty, plan, shares);
}
