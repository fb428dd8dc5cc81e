import type { VirtualClock } from '../platform/virtual-clock.js';

/** How virtual time is let pass. */
export interface RunOptions {
  /** Gives up after this much virtual time, ms. Default 60,000. */
  readonly withinMs?: number;
  /**
   * Virtual time stands still while this is true, for work that takes real time. A store on disk needs it: with a
   * `FaultyStore` around it, `() => store.busy`.
   */
  readonly isBusy?: () => boolean;
}

/** Virtual time after which a promise counts as hanging, ms: longer than every bound of the monitor. */
const RUN_LIMIT_MS = 60_000;
/** Turns of the event loop that work outside virtual time may take between two timers; a turn takes 1 ms or more. */
const REAL_TURNS_MAX = 1_000;

/**
 * Lets virtual time pass until the promise settles, and gives its result.
 *
 * Time moves from timer to timer, and between two timers everything runs that waits for nothing but its turn. So a
 * test takes no longer than its work, and nothing in it depends on the speed of the machine.
 *
 * @throws whatever the promise rejects with; an Error when it settles neither within `withinMs` nor by any timer
 * @example
 * const clock = new ManualClock();
 * await runUntil(clock, monitor.start());
 * const covered = await runUntil(clock, monitor.handleOrderFill(fill));
 */
export async function runUntil<Result>(
  clock: VirtualClock,
  promise: PromiseLike<Result>,
  options: RunOptions = {},
): Promise<Result> {
  const { withinMs = RUN_LIMIT_MS } = options;
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  const end = clock.now() + withinMs;
  await quiet(options);
  for (let realTurns = 0; !isSettled; ) {
    const next = clock.nextTimerAt;
    if (next === null) {
      // Files and threads come back in real time; virtual time has nowhere to go meanwhile.
      if (realTurns >= REAL_TURNS_MAX) {
        throw new Error('the promise does not settle, and no timer is due that could change it');
      }
      realTurns += 1;
      await realTurn();
    } else if (next > end) {
      clock.advanceTo(end);
      await quiet(options);
      if (!isSettled) {
        throw new Error(`the promise does not settle within ${withinMs} ms of virtual time`);
      }
    } else {
      realTurns = 0;
      clock.advanceTo(next);
    }
    await quiet(options);
  }
  return promise;
}

/**
 * Lets this much virtual time pass, ms: timers fire in their order, and what they cause runs in between.
 *
 * @example
 * exchange.script.goSilentFor(5_000);
 * await runFor(clock, 20_000);
 */
export async function runFor(
  clock: VirtualClock,
  ms: number,
  options: Pick<RunOptions, 'isBusy'> = {},
): Promise<void> {
  const end = clock.now() + ms;
  await quiet(options);
  for (;;) {
    const next = clock.nextTimerAt;
    if (next === null || next > end) break;
    clock.advanceTo(next);
    await quiet(options);
  }
  clock.advanceTo(end);
  await quiet(options);
}

/** Lets everything run that waits for nothing but its turn. */
async function quiet({ isBusy }: RunOptions): Promise<void> {
  await turn();
  for (let turns = 0; isBusy?.() && turns < REAL_TURNS_MAX; turns += 1) await realTurn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    // real-time: one turn of the event loop, so that promises that are due run before virtual time moves
    setImmediate(resolve);
  });
}

function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    // real-time: files and threads answer in real time
    setTimeout(resolve, 1);
  });
}
