import type { ReportData, ReportTranche } from '../report-data.js';
import { type Segment, segmentsOf, withoutEqual } from './segments.js';

export type LineKind = 'entry' | 'take-profit' | 'guard' | 'stop';

/** One level of a tranche as it moved. */
export interface TrancheLine {
  readonly kind: LineKind;
  /** Short, for the edge of the chart. */
  readonly name: string;
  readonly segments: readonly Segment[];
}

/** Everything that is drawn of a tranche. */
export interface TrancheLines {
  readonly place: number;
  readonly tranche: ReportTranche;
  readonly from: number;
  readonly to: number;
  /** In the order in which they are drawn. */
  readonly lines: readonly TrancheLine[];
}

export function trancheLinesOf({ tranches, to }: ReportData): readonly TrancheLines[] {
  return tranches.map((tranche, place) => {
    const resting = segmentsOf(tranche.resting, to);
    const guard = segmentsOf(tranche.guard, to);
    const targets = tranche.targets.map((target, slot) => ({
      kind: 'take-profit' as const,
      name: tranche.targets.length === 1 ? 'TP' : `TP${slot + 1}`,
      segments: segmentsOf(target, to),
    }));
    return {
      place,
      tranche,
      from: tranche.opened?.time ?? to,
      to: tranche.closed?.time ?? to,
      lines: [
        { kind: 'entry', name: 'entry', segments: segmentsOf(tranche.entryPrice, to) },
        ...targets,
        // Where the order itself is the guard, one line says it.
        { kind: 'guard', name: 'guard', segments: withoutEqual(guard, resting) },
        { kind: 'stop', name: 'stop', segments: resting },
      ],
    };
  });
}

/** `L4 LONG` */
export function trancheName({ entry, side }: Pick<ReportTranche, 'entry' | 'side'>): string {
  return entry === '' ? side : `${entry} ${side}`;
}
