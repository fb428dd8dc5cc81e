/** Two exits of one tranche within this time are a race: the exchange was faster than anybody's knowledge, ms. */
const RACE_MS = 3_000;
const EXITS_KEPT = 300;

interface Moment {
  readonly at: number;
  /** The bot's time, see `upMs` below. */
  readonly upMs: number;
}

interface Exit extends Moment {
  readonly clientOrderId: string;
  /** Symbol and side of the position. */
  readonly key: string;
}

/** The latest executions of the monitor's orders: who could have known of what. */
export class ExitHistory {
  readonly #exits: Exit[] = [];
  /** When exits of a side last overlapped. */
  readonly #overlaps = new Map<string, Moment>();
  readonly #upMs: () => number;

  /** @param upMs ms since the beginning during which a bot was up and running */
  constructor(upMs: () => number) {
    this.#upMs = upMs;
  }

  add(clientOrderId: string, key: string): void {
    this.#exits.push({ clientOrderId, key, ...this.#now() });
    if (this.#exits.length > EXITS_KEPT) this.#exits.shift();
  }

  /** Two exits of this side took more than one tranche held: what is too much is taken from its neighbours. */
  overlapped(key: string): void {
    this.#overlaps.set(key, this.#now());
  }

  /**
   * Whether another order of a tranche executed just now, or an overlap has just shifted what its side holds.
   *
   * @param siblings client order ids of the tranche's orders
   * @param clock `wall`: by the clock · `up`: by the time in which a bot could have reacted
   */
  races(
    siblings: readonly string[],
    clientOrderId: string,
    key: string,
    clock: 'wall' | 'up',
  ): boolean {
    const tags = new Set(siblings.map(tagOf));
    const upMs = this.#upMs();
    const isRecent = (moment: Moment): boolean =>
      Date.now() - moment.at <= RACE_MS || (clock === 'up' && upMs - moment.upMs <= RACE_MS);
    const hasSibling = this.#exits.some(
      (exit) =>
        exit.clientOrderId !== clientOrderId &&
        tags.has(tagOf(exit.clientOrderId)) &&
        isRecent(exit),
    );
    const overlap = this.#overlaps.get(key);
    return hasSibling || (overlap !== undefined && isRecent(overlap));
  }

  /** Whether anything of a side executed just now. */
  sideRaces(key: string): boolean {
    const isRecent = ({ at }: Moment): boolean => Date.now() - at <= RACE_MS;
    const overlap = this.#overlaps.get(key);
    if (overlap !== undefined && isRecent(overlap)) return true;
    return this.#exits.some((exit) => exit.key === key && isRecent(exit));
  }

  #now(): Moment {
    return { at: Date.now(), upMs: this.#upMs() };
  }
}

/** The part of an id that names the tranche: a record that power loss took is not needed to know it. */
function tagOf(clientOrderId: string): string {
  return clientOrderId.slice(12, 22);
}
