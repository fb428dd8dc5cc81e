import type { ExitPlanInput } from '../../model/exit-plan.js';
import type { PriceSource } from '../../model/price.js';

/** A plan in the form that a recording can serve, and what is different from what was asked for. */
export interface RecordedPlan {
  readonly plan: ExitPlanInput;
  readonly notes: readonly string[];
}

/**
 * Brings a plan down to the prices that were recorded, and says so: what cannot be seen would otherwise be refused, or
 * wait for ever.
 *
 * @param at name of the plan in the notes
 * @param sources the prices that the recording has
 * @param inherited what the plan overrides, already brought down; `null` = nothing
 */
export function recordedPlan(
  plan: ExitPlanInput,
  at: string,
  sources: readonly PriceSource[],
  inherited: ExitPlanInput | null,
): RecordedPlan {
  const notes: string[] = [];
  let served = plan;
  const wanted = sourceOf(plan.workingType ?? inherited?.workingType);
  const isJudged = wanted === 'LAST' || sources.includes(wanted);
  if (!isJudged) {
    notes.push(
      `${at} is judged on ${sources.join(' and ')}: the recording has no ${wanted} prices`,
    );
    served = { ...served, workingType: 'LAST' };
  }
  if (served.confirm?.source !== undefined) {
    const { source } = served.confirm;
    const judgedOn = isJudged ? wanted : 'LAST';
    if (!sources.includes(source)) {
      notes.push(`${at} ${withoutWitness(served.confirm)}: the recording has no ${source} prices`);
      served = { ...served, confirm: confirmAlone(served.confirm) };
    } else if (source === judgedOn) {
      notes.push(`${at} ${withoutWitness(served.confirm)}: its stops are judged on ${source} here`);
      served = { ...served, confirm: confirmAlone(served.confirm) };
    } else if (judgedOn === 'LAST' && !sources.includes('LAST')) {
      const side = source === 'BID' ? 'LONG' : 'SHORT';
      notes.push(
        `${at}: the stops of a ${side} are judged on ${source} here, which confirms itself`,
      );
    }
  }
  if (plan.liquidationGuard !== undefined && plan.liquidationGuard !== false) {
    notes.push(`${at}.liquidationGuard has nothing to do: a recording tells no liquidation price`);
  }
  return { plan: served, notes };
}

type Confirm = NonNullable<ExitPlanInput['confirm']>;

function withoutWitness(confirm: Confirm): string {
  return confirmAlone(confirm) === null
    ? `is not confirmed by ${confirm.source}, but acts at once`
    : `is confirmed without ${confirm.source}`;
}

/** What is left of a confirmation without its second price; `null` when that was all. */
function confirmAlone({ source: _, ...rest }: Confirm): Confirm | null {
  return rest.ticks === undefined && rest.ms === undefined ? null : rest;
}

function sourceOf(workingType: ExitPlanInput['workingType']): PriceSource {
  if (workingType === 'MARK_PRICE') return 'MARK';
  return workingType === undefined || workingType === 'CONTRACT_PRICE' ? 'LAST' : workingType;
}
