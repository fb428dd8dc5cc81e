import type { PositionSide } from '../../model/side.js';
import type { TrancheView } from '../../model/views.js';
import type { Moment, ReportHit } from './report-data.js';
import { type ChangeBudget, StepLine } from './step-line.js';

/** The levels of one tranche as they moved. */
export class TrancheTrack {
  readonly id: string;
  readonly side: PositionSide;
  readonly number: number;
  opened: Moment | null = null;
  closed: Moment | null = null;
  readonly entryPrice: StepLine;
  /** The stop that rests at the exchange. */
  readonly resting: StepLine;
  /** Where our own guard acts: the tightest of stop, breakeven and trail. */
  readonly guard: StepLine;
  readonly targets: StepLine[] = [];
  /** Rule that set the stop, by when it did. */
  readonly rules: (Moment & { readonly rule: string })[] = [];
  readonly hits: ReportHit[] = [];
  trailArmed: Moment | null = null;
  breakevenReached: Moment | null = null;
  isTrailing = false;
  readonly #budget: ChangeBudget;

  constructor(view: TrancheView, budget: ChangeBudget) {
    this.id = view.id;
    this.side = view.side;
    this.number = view.number;
    this.#budget = budget;
    this.entryPrice = new StepLine(budget);
    this.resting = new StepLine(budget);
    this.guard = new StepLine(budget);
  }

  /** How the tranche stands after something happened to it. */
  follow(view: TrancheView, { time, row }: Moment): void {
    const at = { time, row };
    this.opened ??= at;
    if (view.state === 'CLOSED') {
      this.#end(at);
      return;
    }
    this.entryPrice.set(time, row, Number(view.entryPrice));
    this.resting.set(time, row, restingStopOf(view));
    this.#followGuard(view, at);
    const targets = targetsOf(view);
    for (let slot = 0; slot < Math.max(targets.length, this.targets.length); slot += 1) {
      this.targets[slot] ??= new StepLine(this.#budget);
      this.targets[slot]?.set(time, row, targets[slot] ?? null);
    }
    const rule = view.levels.stopRule;
    const hasStop = view.levels.stopLoss !== null;
    if (hasStop && rule !== this.rules.at(-1)?.rule) this.rules.push({ ...at, rule });
    if (view.breakevenReached) this.breakevenReached ??= at;
  }

  /** How the trail stands between two steps of the resting order. */
  sample(view: TrancheView, at: Moment): void {
    if (view.state === 'OPEN') this.#followGuard(view, at);
  }

  #followGuard(view: TrancheView, at: Moment): void {
    this.isTrailing = view.trail !== null;
    if (this.isTrailing) this.trailArmed ??= at;
    this.guard.set(at.time, at.row, guardOf(view));
  }

  #end(at: Moment): void {
    this.closed ??= at;
    this.isTrailing = false;
    for (const line of [this.entryPrice, this.resting, this.guard, ...this.targets]) {
      line.set(at.time, at.row, null);
    }
  }
}

/** `null` once a close is under way: then the guard has done its work. */
function guardOf({ levels, trail, side, state }: TrancheView): number | null {
  if (state !== 'OPEN') return null;
  const stops = [levels.stopLoss, trail?.level ?? null].filter((level) => level !== null);
  if (stops.length === 0) return null;
  return side === 'LONG' ? Math.max(...stops.map(Number)) : Math.min(...stops.map(Number));
}

/** A stop that several tranches share rests under one of them alone; for the others the planned level says where. */
function restingStopOf({ orders, coverage, levels }: TrancheView): number | null {
  const own = orders.find(
    ({ role, status, canceling }) => role === 'stop-loss' && status === 'accepted' && !canceling,
  );
  const price = own?.triggerPrice ?? (coverage === 'pooled' ? levels.restingStop : null);
  return price === null ? null : Number(price);
}

/** A level that was taken is none any more, unless an order for the rest of it still lies there. */
function targetsOf({ levels, orders, exits }: TrancheView): (number | null)[] {
  return levels.takeProfits.map(({ price }, slot) => {
    const isResting = orders.some(
      (order) => order.role === 'take-profit' && order.slot === slot && order.status === 'accepted',
    );
    const isTaken = exits.some(
      (exit) =>
        exit.reason === 'take-profit' &&
        (exit.role === 'take-profit' ? exit.slot === slot : exit.level === price),
    );
    return isTaken && !isResting ? null : Number(price);
  });
}
