/** What becomes of an event of the account. */
export type EventFault =
  | { readonly do: 'drop' }
  | { readonly do: 'duplicate' }
  | { readonly do: 'delay'; readonly ms: number }
  /** It leaves after the event that follows it. */
  | { readonly do: 'swap' };

/** Events of the account stream by `e`, e.g. `ALGO_UPDATE`. */
export type EventChoice = string | ((event: Readonly<Record<string, unknown>>) => boolean);

interface Rule {
  readonly choice: EventChoice;
  readonly fault: EventFault;
  left: number;
}

/** What goes wrong with the next events of the account. */
export class EventFaults {
  #rules: Rule[] = [];

  /** The next `times` events that fit go wrong. */
  next(choice: EventChoice, fault: EventFault, times = 1): void {
    this.#rules.push({ choice, fault, left: times });
  }

  get pending(): readonly string[] {
    return this.#rules.map(({ choice, fault, left }) => `${String(choice)}: ${fault.do} (${left})`);
  }

  take(event: Readonly<Record<string, unknown>>): EventFault | null {
    const rule = this.#rules.find(({ choice }) =>
      typeof choice === 'function' ? choice(event) : choice === 'any' || choice === event.e,
    );
    if (rule === undefined) return null;
    rule.left -= 1;
    if (rule.left <= 0) this.#rules = this.#rules.filter((one) => one !== rule);
    return rule.fault;
  }
}
