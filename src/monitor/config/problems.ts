import { describe } from '../../errors/describe.js';
import { CONFIG_PROBLEMS_LISTED_MAX } from '../../limits.js';

/** Where a value stands, from the root: keys and array indexes. */
export type Path = readonly (string | number)[];

/** Sections whose keys are symbols, not names of ours. */
const KEYED_BY_SYMBOL: ReadonlySet<unknown> = new Set(['symbols', 'instruments']);
const IDENTIFIER = /^[\p{L}_$*][\p{L}\p{N}_$]*$/u;

/**
 * Collects everything that is wrong with a configuration, so that one error tells all of it.
 *
 * Paths are written as the user wrote them: a settings file in snake_case gets its own key names back.
 */
export class Problems {
  readonly #root: string;
  readonly #spell: (key: string) => string;
  readonly #found: string[] = [];
  /** Every place with a problem, and all that contain it. */
  readonly #faulty = new Set<string>();

  /**
   * @param root name of what is checked, put before every path; empty for a whole configuration
   * @param spell turns one of our keys into the spelling of the user's file
   */
  constructor(root = '', spell: (key: string) => string = (key) => key) {
    this.#root = root;
    this.#spell = spell;
  }

  get count(): number {
    return this.#found.length;
  }

  /** Whether something is wrong there or below: what depends on it cannot be judged. */
  isFaulty(path: Path): boolean {
    return this.#faulty.has(JSON.stringify(path));
  }

  /** One of our keys, as the user spells it. */
  key(name: string): string {
    return this.#spell(name);
  }

  /** `received` is described, never printed whole. */
  add(path: Path, expected: string, received: unknown, remedy?: string): void {
    this.addText(path, mismatch(expected, describe(received), remedy));
  }

  addText(path: Path, text: string): void {
    const at = this.at(path);
    this.#found.push(at === '' ? text : `${at}: ${text}`);
    for (let length = path.length; length > 0; length -= 1) {
      this.#faulty.add(JSON.stringify(path.slice(0, length)));
    }
  }

  /** The path in dotted notation, e.g. `symbols.BTCUSDT.stopLossPct`; empty for the whole. */
  at(path: Path): string {
    let text = this.#root;
    path.forEach((segment, index) => {
      if (typeof segment === 'number') {
        text += `[${segment}]`;
        return;
      }
      const isSymbol = index === 1 && KEYED_BY_SYMBOL.has(path[0]);
      const name = isSymbol ? segment : this.#spell(segment);
      const plain = IDENTIFIER.test(name) && name.length <= 64;
      text += plain ? `${text === '' ? '' : '.'}${name}` : `[${JSON.stringify(name.slice(0, 64))}]`;
    });
    return text;
  }

  /** All problems in one text: in the sentence when there is one, as a list when there are several. */
  summary(subject: string): string {
    const all = this.#found;
    if (all.length === 1) return `${subject}: ${all[0]}`;
    const listed = all.slice(0, CONFIG_PROBLEMS_LISTED_MAX).map((problem) => `\n- ${problem}`);
    const more = all.length - listed.length;
    return `${subject} has ${all.length} problems:${listed.join('')}${more > 0 ? `\n- and ${more} more` : ''}`;
  }
}

/** The one form in which every problem is told. */
export function mismatch(expected: string, received: string, remedy?: string): string {
  return `expected ${expected}, received ${received}${remedy === undefined ? '' : `. ${remedy}`}`;
}
