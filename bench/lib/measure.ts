/** Middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest-rank quantile; `NaN` without values. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export interface Contender {
  /** Does the work so many times. */
  run(times: number): void;
  /** Times a round; default the one of all. */
  readonly times?: number;
}

export interface SpeedOptions {
  readonly rounds: number;
  /** Work per round and contender. */
  readonly times: number;
  /** Rounds that do not count. Default 3. */
  readonly warmUp?: number;
}

/**
 * ns per operation of each contender: the lower quartile of its rounds, since whatever disturbs a loop makes it slower.
 * They take turns, in the opposite order every other round: a neighbour's burst of work hits all of them.
 */
export function speeds<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, times, warmUp = 3 }: SpeedOptions,
): Record<Name, number> {
  const names = Object.keys(contenders) as Name[];
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const contender = contenders[name];
      const count = contender.times ?? times;
      const began = process.hrtime.bigint();
      contender.run(count);
      const took = Number(process.hrtime.bigint() - began);
      if (round >= 0) taken.get(name)?.push(took / count);
    }
  }
  return Object.fromEntries(
    [...taken].map(([name, values]) => [name, quantile(values, 0.25)]),
  ) as Record<Name, number>;
}

/** Runs asynchronous samples in turn; figures per contender in the order of the rounds. */
export async function inTurn<Name extends string>(
  contenders: Readonly<Record<Name, (round: number) => Promise<number>>>,
  { rounds, warmUp = 1 }: { readonly rounds: number; readonly warmUp?: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const value = await contenders[name](round);
      if (round >= warmUp) taken[name].push(value);
    }
  }
  return taken;
}

/** Calls with each number below `count`, so many at a time. */
export async function inFlight(
  count: number,
  callers: number,
  call: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const number = next;
      next += 1;
      await call(number);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Where results of loops go, so that none of them is optimised away. */
export const sink = { value: 0 };

/** Numbers that are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
