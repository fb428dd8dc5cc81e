/** How often a rule is met. */
export interface RuleTimes {
  /** Default 1. */
  readonly times?: number;
}

/** One thing that goes wrong, for whatever fits. */
export interface ScriptRule<Subject, Fault> extends RuleTimes {
  /** For people. */
  readonly name: string;
  /** Default: whatever comes. */
  readonly fits?: (subject: Subject) => boolean;
  readonly fault: Fault;
}

/** Rules that are used up as they are met, the first one first. */
export class ScriptRules<Subject, Fault> {
  readonly #rules: { readonly rule: ScriptRule<Subject, Fault>; left: number }[] = [];

  /** @throws RangeError when `times` is no whole number above zero: such a rule would never be met */
  add(rule: ScriptRule<Subject, Fault>): void {
    const { name, times = 1 } = rule;
    if (!(Number.isInteger(times) || times === Number.POSITIVE_INFINITY) || times < 1) {
      throw new RangeError(`${name}: times is a whole number above zero, received ${times}`);
    }
    this.#rules.push({ rule, left: times });
  }

  /** The fault of the first rule that fits, which has one turn less then; `null` without one. */
  take(subject: Subject): Fault | null {
    const index = this.#rules.findIndex(({ rule }) => rule.fits?.(subject) ?? true);
    const entry = this.#rules[index];
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#rules.splice(index, 1);
    return entry.rule.fault;
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** Rules with turns left, e.g. `rejectNext would-trigger stop (2 times)`. */
  get pending(): readonly string[] {
    return this.#rules.map(({ rule, left }) => `${rule.name}${left > 1 ? ` (${left} times)` : ''}`);
  }
}
