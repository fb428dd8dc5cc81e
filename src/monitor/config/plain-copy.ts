import { CONFIG_DEPTH_MAX, CONFIG_ENTRIES_MAX } from '../../limits.js';
import type { Path, Problems } from './problems.js';

/** Keys that reach into prototypes of naive code. Nobody needs them as names. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Copies what came from outside into plain objects and arrays, reading each property once.
 *
 * Takes own enumerable properties only, so later changes, getters and inherited members of the input have no effect.
 * Too deep, too large, unreadable or dangerous input becomes a problem, and the place is left out.
 */
export function plainCopy(value: unknown, path: Path, problems: Problems): unknown {
  return copy(value, path, problems, { entries: CONFIG_ENTRIES_MAX, exceeded: false }, 0);
}

interface Budget {
  entries: number;
  exceeded: boolean;
}

function copy(
  value: unknown,
  path: Path,
  problems: Problems,
  budget: Budget,
  depth: number,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > CONFIG_DEPTH_MAX) {
    problems.addText(path, `expected at most ${CONFIG_DEPTH_MAX} levels of nesting, received more`);
    return undefined;
  }
  const entries = entriesOf(value);
  if (entries === null) {
    problems.addText(path, 'expected plain data, received an object that cannot be read as such');
    return undefined;
  }
  budget.entries -= entries.length;
  if (budget.entries < 0) {
    // Told once: whatever follows is not read at all.
    if (!budget.exceeded) {
      problems.addText(
        path,
        `expected at most ${CONFIG_ENTRIES_MAX} entries in all, received more`,
      );
    }
    budget.exceeded = true;
    return undefined;
  }
  if (Array.isArray(value)) {
    return entries.map(([, item], index) =>
      copy(item, [...path, index], problems, budget, depth + 1),
    );
  }
  const plain: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    if (FORBIDDEN.has(key)) {
      problems.addText(
        [...path, key],
        'expected another name: this one is reserved by the language',
      );
      continue;
    }
    plain[key] = copy(item, [...path, key], problems, budget, depth + 1);
  }
  return plain;
}

/** Own entries, or `null` for what is no plain data: maps, dates, proxies that throw, sparse arrays of a billion. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] | null {
  try {
    if (Array.isArray(value)) {
      return value.length > CONFIG_ENTRIES_MAX
        ? null
        : Array.from(value, (item, index) => [`${index}`, item] as const);
    }
    return Object.prototype.toString.call(value) === '[object Object]'
      ? Object.entries(value)
      : null;
  } catch {
    return null;
  }
}
