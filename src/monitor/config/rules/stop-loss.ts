import type { LevelRule } from '../../../model/exit-plan.js';
import type { PositionSide } from '../../../model/side.js';
import type { Path, Problems } from '../problems.js';
import { percentFromEntry } from './percent-from-entry.js';

/** The stop that the checked percentage asks for. */
export function stopLossFrom(
  given: string | number,
  path: Path,
  problems: Problems,
  side: PositionSide | undefined,
): LevelRule {
  const distance = { name: 'stop-loss', falling: 'LONG' } as const;
  const at = [...path, 'stopLossPct'];
  return { kind: 'percent', percent: percentFromEntry(given, distance, at, problems, side) };
}
