import type { Decimal } from '../model/decimal.js';
import type { StopRule } from '../model/exit-plan.js';
import type { ExitProgress } from '../model/exit-progress.js';
import type { PositionSide } from '../model/side.js';

/** A stop and the rule that asks for it. */
export interface RuledStop {
  readonly level: Decimal;
  readonly rule: StopRule;
}

/** Whether one stop lies nearer to the price than another: higher for a LONG, lower for a SHORT. */
export function isTighter(a: Decimal, b: Decimal, side: PositionSide): boolean {
  return side === 'LONG' ? a.gt(b) : a.lt(b);
}

/** The stop in force: the plan's own, or what a rule has asked for if that is tighter. Equal: the plan's own. */
export function stopInForce(
  planned: Decimal | null,
  { ratchet }: ExitProgress,
  side: PositionSide,
): RuledStop | null {
  if (planned === null) return ratchet;
  if (ratchet === null || !isTighter(ratchet.level, planned, side)) {
    return { level: planned, rule: 'stop-loss' };
  }
  return ratchet;
}

/** Progress with a stop that is at least as tight as asked; the same object when it already was. */
export function ratcheted(
  progress: ExitProgress,
  asked: RuledStop,
  side: PositionSide,
): ExitProgress {
  const { ratchet } = progress;
  if (ratchet !== null && !isTighter(asked.level, ratchet.level, side)) return progress;
  return { ...progress, ratchet: asked };
}
