import { decimal } from '../../../model/decimal.js';
import type { ExitPlan } from '../../../model/exit-plan.js';
import type { Path, Problems } from '../problems.js';

/** Keys that a plan was built from: told apart from what it inherited. */
export type GivenKeys = Readonly<Record<string, unknown>>;

/**
 * Rules of one plan that cannot hold together, each told at a key that was given and with the name of the other one.
 *
 * Judged on the resolved plan, because either of the two may have been inherited.
 */
export function refuseContradictions(
  plan: ExitPlan,
  given: GivenKeys,
  path: Path,
  problems: Problems,
): void {
  const words = new Words(given, path, problems);
  refuseMissingExit(plan, words);
  refuseMissingLevel(plan, words);
  refuseStopBeyondLevel(plan, words);
  refuseVolatileLevels(plan, words);
  refuseSameSource(plan, words);
}

/** Keys that the take-profit levels of a plan follow from. `tpPrice` is that of `updateTpSl`. */
const LEVEL_KEYS = ['takeProfitLevels', 'takeProfitPct', 'takeProfitEnabled', 'tpPrice'] as const;

/** Says where and how: at the rule when it was given, else at the key that makes the inherited rule impossible. */
class Words {
  readonly #given: GivenKeys;
  readonly #path: Path;
  readonly #problems: Problems;

  constructor(given: GivenKeys, path: Path, problems: Problems) {
    this.#given = given;
    this.#path = path;
    this.#problems = problems;
  }

  gives(key: string): boolean {
    return this.#given[key] !== undefined;
  }

  switchesOn(key: string): boolean {
    return this.#given[key] === true;
  }

  /**
   * Whether these keys are to be judged together: one of them was given, since what was inherited as a whole is not the
   * fault of this input, and none is faulty, since a second complaint about it would be wrong.
   */
  judges(...keys: readonly string[]): boolean {
    return (
      keys.some((key) => this.gives(key)) &&
      keys.every((key) => !this.#problems.isFaulty([...this.#path, key]))
    );
  }

  /** `breakeven.afterLevel`, as the user spells it. */
  name(...keys: readonly string[]): string {
    return keys.map((key) => this.#problems.key(key)).join('.');
  }

  tell(path: Path, text: string): void {
    this.#problems.addText([...this.#path, ...path], text);
  }

  /** The key that decides on the take-profit levels of the plan. */
  levelsKey(): string {
    return LEVEL_KEYS.find((key) => this.gives(key)) ?? 'takeProfitLevels';
  }
}

/** What is switched on has to have a level, or volatility has to plan one. */
function refuseMissingExit({ takeProfits, stopLoss, volatility }: ExitPlan, words: Words): void {
  const refuse = (enabled: string, level: string): void =>
    words.tell(
      [enabled],
      `expected a level for it, received none. Give ${words.name(level)}, or set ${words.name(enabled)} to false`,
    );
  if (
    words.switchesOn('takeProfitEnabled') &&
    takeProfits.length === 0 &&
    (volatility?.tpMultiple ?? null) === null &&
    words.judges(...LEVEL_KEYS, 'volatility')
  ) {
    refuse('takeProfitEnabled', 'takeProfitPct');
  }
  if (
    words.switchesOn('stopLossEnabled') &&
    stopLoss === null &&
    (volatility?.slMultiple ?? null) === null &&
    words.judges('stopLossEnabled', 'stopLossPct', 'volatility')
  ) {
    refuse('stopLossEnabled', 'stopLossPct');
  }
}

function refuseMissingLevel({ breakeven, takeProfits }: ExitPlan, words: Words): void {
  if (breakeven?.trigger.kind !== 'level') return;
  if (!words.judges(...LEVEL_KEYS, 'breakeven')) return;
  const { level } = breakeven.trigger;
  const count = takeProfits.length;
  if (level <= count) return;
  const rule = words.name('breakeven', 'afterLevel');
  const levels = words.name('takeProfitLevels');
  if (words.gives('breakeven')) {
    const expected =
      count === 0
        ? `take-profit levels (${levels}) that it could count, received ${level} and no levels`
        : `a whole number from 1 to ${count}, since ${levels} has ${count}, received ${level}`;
    words.tell(['breakeven', 'afterLevel'], `expected ${expected}`);
    return;
  }
  words.tell(
    [words.levelsKey()],
    `expected at least ${level} take-profit levels, since the inherited ${rule} is ${level}, received ${count}. ${words.gives('tpPrice') ? 'It takes the place of all levels: use updatePlan and give' : 'Give'} ${words.name('breakeven')} as well; null takes it away`,
  );
}

function refuseStopBeyondLevel({ breakeven, takeProfits }: ExitPlan, words: Words): void {
  if (breakeven?.trigger.kind !== 'level') return;
  if (!words.judges(...LEVEL_KEYS, 'breakeven')) return;
  const reached = takeProfits[breakeven.trigger.level - 1]?.level;
  if (reached?.kind !== 'percent') return;
  if (decimal(breakeven.offsetPct).lt(decimal(reached.percent))) return;
  const rule = words.name('breakeven', 'offsetPct');
  const levels = words.name('takeProfitLevels');
  const why = 'The stop would lie beyond the price that moves it';
  if (words.gives('breakeven')) {
    words.tell(
      ['breakeven', 'offsetPct'],
      `expected a percentage below the level of ${words.name('afterLevel')} (${levels}: ${reached.percent}), received ${breakeven.offsetPct}. ${why}`,
    );
    return;
  }
  words.tell(
    [words.levelsKey()],
    `expected level ${breakeven.trigger.level} beyond the inherited ${rule} (${breakeven.offsetPct}), received ${reached.percent}. ${why}`,
  );
}

function refuseVolatileLevels({ volatility, takeProfits }: ExitPlan, words: Words): void {
  if (volatility === null || volatility.tpMultiple === null || takeProfits.length <= 1) return;
  if (!words.judges(...LEVEL_KEYS, 'volatility')) return;
  const rule = words.name('volatility', 'tpMultiple');
  const count = takeProfits.length;
  if (words.gives('volatility')) {
    words.tell(
      ['volatility', 'tpMultiple'],
      `expected it with at most one take-profit level, received it with ${count} (${words.name('takeProfitLevels')}). It plans one take-profit of the whole tranche`,
    );
    return;
  }
  words.tell(
    [words.levelsKey()],
    `expected at most one level beside the inherited ${rule}, received ${count}. Give ${words.name('volatility')} as well; null takes it away`,
  );
}

function refuseSameSource({ confirm, workingType }: ExitPlan, words: Words): void {
  if (confirm?.source !== workingType) return;
  if (!words.judges('confirm', 'workingType')) return;
  const rule = words.name('confirm', 'source');
  if (words.gives('confirm')) {
    words.tell(
      ['confirm', 'source'],
      `expected another price than ${words.name('workingType')} ("${workingType}"), received "${workingType}". A price cannot confirm itself`,
    );
    return;
  }
  words.tell(
    ['workingType'],
    `expected another price than the inherited ${rule} ("${workingType}"), received "${workingType}". Give ${words.name('confirm')} as well; null takes it away`,
  );
}
