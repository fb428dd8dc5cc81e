import type { ReportData, ReportExit } from '../report-data.js';
import { type Points, pointsOf, type Segment, segmentsOf } from './segments.js';
import { type TrancheLines, trancheLinesOf } from './tranche-lines.js';

/** What all drawings show the same: the recording as lines, and what is chosen of it. */
export class ChartScene {
  readonly data: ReportData;
  /** First and last time, ms; never the same. */
  readonly from: number;
  readonly to: number;
  /** The price, or bid and ask. */
  readonly prices: readonly Points[];
  readonly total: Points;
  readonly realized: readonly Segment[];
  readonly tranches: readonly TrancheLines[];
  /** Exits that had a level, and so a distance from it. */
  readonly measured: readonly ReportExit[];
  /** Place of the tranche that is drawn alone; `null` = all. */
  tranche: number | null;
  /** Exit that is ringed. */
  exit: ReportExit | null = null;
  readonly #numbers: ReadonlyMap<ReportExit, number>;

  constructor(data: ReportData) {
    this.data = data;
    this.from = data.from;
    this.to = Math.max(data.to, data.from + 1);
    this.prices = data.prices.map(pointsOf);
    this.total = pointsOf(data.pnl.total);
    this.realized = segmentsOf(data.pnl.realized, this.to);
    this.tranches = trancheLinesOf(data);
    this.measured = data.exits.filter(({ slippageBps }) => slippageBps !== null);
    this.tranche = this.tranches.length === 1 ? 0 : null;
    this.#numbers = new Map(data.exits.map((exit, index) => [exit, index + 1]));
  }

  /** As the table counts. */
  numberOf(exit: ReportExit): number {
    return this.#numbers.get(exit) ?? 0;
  }

  get shownTranches(): readonly TrancheLines[] {
    return this.tranches.filter(({ place }) => this.isShown(place));
  }

  get shownExits(): readonly ReportExit[] {
    return this.data.exits.filter(({ tranche }) => this.isShown(tranche));
  }

  isShown(place: number | null): boolean {
    return this.tranche === null || place === this.tranche;
  }
}
