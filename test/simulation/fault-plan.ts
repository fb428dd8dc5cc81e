import type { SimFault, SimFaultChannel } from './plan.js';

type FaultOf<On extends SimFaultChannel> = Extract<SimFault, { readonly on: On }>['fault'];

/** Hands the faults of a plan out: the n-th thing of a kind gets the n-th fate. */
export class FaultPlan {
  /** By channel, or by channel and sort: `place`, `place close`. */
  readonly #fates = new Map<string, Map<number, unknown>>();
  readonly #counts = new Map<string, number>();
  #on = true;
  /** Effects that have begun so far, and the numbers of those that have not ended. */
  #effects = 0;
  readonly #begun: number[] = [];
  /** Deaths at an effect that happened: how many effects had begun by then. */
  readonly deaths: number[] = [];
  /** Number of the first effect of each turn of the process. */
  readonly turnStarts: number[] = [];
  #turn = -1;

  constructor(faults: readonly SimFault[]) {
    for (const { on, index, fault, ...more } of faults) {
      const key = keyOf(on, 'of' in more ? more.of : undefined);
      let fates = this.#fates.get(key);
      if (fates === undefined) {
        fates = new Map();
        this.#fates.set(key, fates);
      }
      fates.set(index, fault);
    }
  }

  get effects(): number {
    return this.#effects;
  }

  next<On extends Exclude<SimFaultChannel, 'effect'>>(on: On, of?: string): FaultOf<On> | null {
    if (!this.#on) return null;
    const general = this.#take(keyOf(on));
    const special = of === undefined ? null : this.#take(keyOf(on, of));
    return (general ?? special) as FaultOf<On> | null;
  }

  #take(key: string): unknown {
    const fates = this.#fates.get(key);
    if (fates === undefined) return null;
    const index = this.#counts.get(key) ?? 0;
    this.#counts.set(key, index + 1);
    return fates.get(index) ?? null;
  }

  /**
   * Whether the process dies right before or after the present effect. An effect may have others within it.
   *
   * @param turn number of the turn of the process in which it happens
   */
  effect(when: 'before' | 'after', turn = 0): FaultOf<'effect'> | null {
    const index = when === 'before' ? this.#effects : (this.#begun.pop() ?? 0);
    if (when === 'before') {
      this.#effects += 1;
      this.#begun.push(index);
      if (turn !== this.#turn) this.turnStarts.push(index);
    }
    this.#turn = turn;
    const fault = this.#fates.get('effect')?.get(index) as FaultOf<'effect'> | undefined;
    if (fault === undefined || fault.do !== `crash-${when}`) return null;
    this.deaths.push(this.#effects);
    /** Nothing of what had begun comes to its end. */
    this.#begun.length = 0;
    return fault;
  }

  /** From now on nothing fails any more. */
  stop(): void {
    this.#on = false;
  }
}

function keyOf(on: SimFaultChannel, of?: string): string {
  return of === undefined ? on : `${on} ${of}`;
}
