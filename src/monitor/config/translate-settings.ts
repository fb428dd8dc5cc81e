import { ownField } from '../../model/own-field.js';
import { nearestKey } from './nearest-key.js';
import type { Path, Problems } from './problems.js';
import {
  camelOf,
  FOREIGN_ROOT_KEYS,
  FOREIGN_SYMBOL_KEYS,
  GLOBAL_KEYS,
  HEDGE_MODE,
  type SectionKeys,
  SYMBOL_KEYS,
  TRAILING_STOP,
  USE_TRAILING_STOP,
} from './settings-keys.js';
import { entriesOf } from './settings-spelling.js';

/** Our own sections, which may stand beside a bot's settings in either spelling. */
const OWN_SECTIONS: ReadonlySet<string> = new Set(['instruments', 'exchange', 'feed', 'store']);

export interface Translation {
  /** In camelCase, values untouched. */
  readonly config: Record<string, unknown>;
  readonly unknown: string[];
  readonly ignored: string[];
  readonly warnings: string[];
}

/**
 * Turns a bot's settings into our spelling. Values are not judged here.
 *
 * @param problems receives what cannot be translated: foreign formats, keys given in two ways
 * @param written receives our key -> spelling in the file, for messages
 */
export function translateSettings(
  root: Readonly<Record<string, unknown>>,
  problems: Problems,
  written: Map<string, string>,
): Translation {
  const result: Translation = { config: {}, unknown: [], ignored: [], warnings: [] };
  const translate = new Translator(result, problems, written);
  for (const [key, value] of Object.entries(root)) {
    const foreign = FOREIGN_ROOT_KEYS.get(key);
    if (foreign !== undefined) {
      problems.addText([key], `expected ${foreign}, received a section of another settings format`);
    } else if (key === 'globals') {
      result.config.globals = translate.section(value, ['globals'], GLOBAL_KEYS);
    } else if (key === 'symbols') {
      result.config.symbols = translate.symbols(value);
    } else if (OWN_SECTIONS.has(key)) {
      result.config[key] = translate.renamed(value, [key]);
    } else if (key === 'instance_id' || key === 'instanceId') {
      translate.put(result.config, 'instanceId', key, value, []);
    } else {
      result.unknown.push(problems.at([key]));
    }
  }
  return result;
}

class Translator {
  readonly #result: Translation;
  readonly #problems: Problems;
  readonly #written: Map<string, string>;

  constructor(result: Translation, problems: Problems, written: Map<string, string>) {
    this.#result = result;
    this.#problems = problems;
    this.#written = written;
  }

  symbols(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      entriesOf(value).map(([symbol, settings]) => [
        symbol,
        this.section(settings, ['symbols', symbol], SYMBOL_KEYS),
      ]),
    );
  }

  /** Known keys renamed, the others listed and left out. */
  section(value: unknown, path: Path, keys: SectionKeys): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const translated: Record<string, unknown> = {};
    for (const [key, item] of entriesOf(value)) {
      const at = [...path, key];
      const known = keys.known.get(key);
      if (known !== undefined) {
        this.put(translated, known, key, this.renamed(item, at), path);
      } else if (keys === GLOBAL_KEYS && key === HEDGE_MODE) {
        this.#hedgeMode(translated, item, at);
      } else if (keys === SYMBOL_KEYS && FOREIGN_SYMBOL_KEYS.has(key)) {
        this.#problems.addText(
          at,
          `expected ${FOREIGN_SYMBOL_KEYS.get(key)}, received a key of another settings format. Rename it; percentages are positive numbers`,
        );
      } else if (keys.ignored.has(key)) {
        if (key === USE_TRAILING_STOP)
          this.#useTrailingStop(item, ownField(value, TRAILING_STOP), at);
        this.#result.ignored.push(this.#problems.at(at));
      } else {
        this.#unknown(key, at, keys);
      }
    }
    return translated;
  }

  /** Keys of our own sections and of nested values: renamed without a table, since unknown ones are refused later. */
  renamed(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) {
      return value.map((item, index) => this.renamed(item, [...path, index]));
    }
    if (typeof value !== 'object' || value === null) return value;
    const translated: Record<string, unknown> = {};
    for (const [key, item] of entriesOf(value)) {
      // Symbols are names of the exchange, not of ours.
      const isSymbol = path.length === 1 && path[0] === 'instruments';
      const inner = this.renamed(item, [...path, key]);
      if (isSymbol) translated[key] = inner;
      else this.put(translated, camelOf(key), key, inner, path);
    }
    return translated;
  }

  put(
    target: Record<string, unknown>,
    key: string,
    asWritten: string,
    value: unknown,
    path: Path,
  ): void {
    if (Object.hasOwn(target, key)) {
      this.#problems.addText(
        [...path, asWritten],
        `expected the setting once, received it as ${this.#written.get(key)} and as ${asWritten}`,
      );
      return;
    }
    this.#written.set(key, asWritten);
    target[key] = value;
  }

  #hedgeMode(target: Record<string, unknown>, value: unknown, at: Path): void {
    if (typeof value !== 'boolean') {
      this.#problems.add(at, 'true or false', value);
      return;
    }
    this.put(target, 'positionMode', HEDGE_MODE, value ? 'hedge' : 'one-way', at.slice(0, -1));
  }

  /** The bot's switch says nothing about a distance, so it is no rule; but it must not speak against one. */
  #useTrailingStop(wanted: unknown, rule: unknown, at: Path): void {
    const given = rule !== undefined && rule !== null;
    if (wanted === true && !given) {
      this.#problems.addText(
        at,
        `expected ${TRAILING_STOP} beside it, received true alone. Give ${TRAILING_STOP}: { callback_pct }, since the switch says nothing about a distance`,
      );
    } else if (wanted === false && given) {
      this.#problems.addText(
        at,
        `expected true or no such key beside ${TRAILING_STOP}, received false. Take one of the two out`,
      );
    }
  }

  #unknown(key: string, at: Path, keys: SectionKeys): void {
    const path = this.#problems.at(at);
    this.#result.unknown.push(path);
    const near = nearestKey(key, [...keys.known.keys()]);
    if (near !== undefined) {
      this.#result.warnings.push(`${path} is not known and has no effect. Did you mean ${near}?`);
    }
  }
}
