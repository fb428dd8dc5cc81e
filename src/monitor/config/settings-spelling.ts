import type { Path } from './problems.js';
import {
  FOREIGN_ROOT_KEYS,
  FOREIGN_SYMBOL_KEYS,
  GLOBAL_KEYS,
  HEDGE_MODE,
  type SectionKeys,
  SYMBOL_KEYS,
} from './settings-keys.js';

/** Where a file shows its spelling: the first telling key of each kind. `null` = none. */
export interface SpellingEvidence {
  readonly camel: Path | null;
  readonly snake: Path | null;
}

/**
 * Finds out how a configuration file is spelled, from the keys of `globals` and `symbols`.
 *
 * One-word keys (`manage`, `breakeven`) say nothing. The other sections exist only in our own format and do not count.
 */
export function spellingOf(root: Readonly<Record<string, unknown>>): SpellingEvidence {
  const found: { camel: Path | null; snake: Path | null } = { camel: null, snake: null };
  for (const key of FOREIGN_ROOT_KEYS.keys()) {
    if (Object.hasOwn(root, key)) found.snake ??= [key];
  }
  scan(root.globals, ['globals'], GLOBAL_KEYS, found);
  for (const [symbol, settings] of entriesOf(root.symbols)) {
    scan(settings, ['symbols', symbol], SYMBOL_KEYS, found);
  }
  return found;
}

function scan(
  settings: unknown,
  path: Path,
  keys: SectionKeys,
  found: { camel: Path | null; snake: Path | null },
): void {
  const camelKeys = new Set(keys.known.values());
  for (const [key, value] of entriesOf(settings)) {
    const at = [...path, key];
    const isCamel = camelKeys.has(key);
    const isSnake = keys.known.has(key);
    if (isCamel && !isSnake) found.camel ??= at;
    if ((isSnake && !isCamel) || tellsSnake(key, keys)) found.snake ??= at;
    if (!isCamel && !isSnake) continue;
    for (const [inner] of entriesOf(value)) {
      if (/_/.test(inner)) found.snake ??= [...at, inner];
      else if (/[A-Z]/.test(inner)) found.camel ??= [...at, inner];
    }
  }
}

function tellsSnake(key: string, keys: SectionKeys): boolean {
  return keys.ignored.has(key) || key === HEDGE_MODE || FOREIGN_SYMBOL_KEYS.has(key);
}

/** Entries of an object; none of anything else, which is refused later and elsewhere. */
export function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : [];
}
