import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import type { HistoryQuery } from '../ports/store.js';
import { plainCopy } from './config/plain-copy.js';
import { Problems } from './config/problems.js';

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Kept by the name of the key, so that the compiler finds one that is missing here. */
const KEYS: Readonly<
  Record<
    keyof HistoryQuery,
    { readonly expected: string; readonly holds: (value: unknown) => boolean }
  >
> = {
  afterSeq: { expected: 'a whole number of 0 or more', holds: isCount },
  name: { expected: 'the name of an event', holds: isText },
  symbol: { expected: 'a symbol', holds: isText },
  trancheId: { expected: 'the id of a tranche', holds: isText },
  limit: { expected: 'a whole number of 0 or more', holds: isCount },
};

/**
 * A mistyped key would read as no condition at all, and a store is no place to find out.
 *
 * @throws ValidationError `QUERY_INVALID`
 */
export function checkHistoryQuery(query: unknown): HistoryQuery {
  if (query === undefined) return {};
  const problems = new Problems('query');
  const read = plainCopy(query, [], problems);
  if (problems.count > 0) throw new ValidationError('QUERY_INVALID', problems.summary('The query'));
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new ValidationError('QUERY_INVALID', 'The query', {
      expected: `an object with ${Object.keys(KEYS).join(', ')}, or nothing`,
      received: describe(query),
    });
  }
  /** A key without a value says nothing, and a limit without an end none. */
  const said = Object.entries(read).filter(
    ([key, value]) =>
      value !== undefined && !(key === 'limit' && value === Number.POSITIVE_INFINITY),
  );
  for (const [key, value] of said) {
    const rule = Object.hasOwn(KEYS, key) ? KEYS[key as keyof HistoryQuery] : undefined;
    if (rule?.holds(value)) continue;
    throw new ValidationError('QUERY_INVALID', `The query, ${key.slice(0, 40)}`, {
      expected: rule?.expected ?? `only the keys ${Object.keys(KEYS).join(', ')}`,
      received: rule === undefined ? 'an unknown one' : describe(value),
    });
  }
  return Object.fromEntries(said);
}
