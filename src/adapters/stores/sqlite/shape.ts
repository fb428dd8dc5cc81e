import { describe } from '../../../errors/describe.js';

/**
 * A check of a value: `null` when it fits, else what is wrong, beginning with the path.
 *
 * Checks run on each row that is written and on each that is loaded (100,000 tranches within half a second), hence
 * plain functions that copy nothing and build a text only on failure.
 */
export type Shape = (value: unknown) => string | null;

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

export const text: Shape = (value) => (typeof value === 'string' ? null : wrong('a text', value));
export const decimalText: Shape = (value) =>
  typeof value === 'string' && DECIMAL.test(value) ? null : wrong('a decimal string', value);
export const integer: Shape = (value) =>
  Number.isSafeInteger(value) ? null : wrong('an integer', value);
export const finite: Shape = (value) =>
  Number.isFinite(value) ? null : wrong('a finite number', value);
/** How many there are of something that is asked for: none of it is `null`, where that is allowed. */
export const count: Shape = (value) =>
  Number.isSafeInteger(value) && Number(value) > 0 ? null : wrong('an integer above 0', value);
/** How many there were so far. */
export const tally: Shape = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? null : wrong('0 or a higher integer', value);
/** Ms. */
export const duration: Shape = (value) =>
  Number.isFinite(value) && Number(value) >= 0 ? null : wrong('a number from 0', value);
export const flag: Shape = (value) =>
  typeof value === 'boolean' ? null : wrong('a boolean', value);
/** Any object; its members are the writer's business. */
export const anyObject: Shape = (value) => (isObject(value) ? null : wrong('an object', value));

export function oneOf(words: readonly string[]): Shape {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value) => (known.has(value) ? null : wrong(`one of ${words.join(', ')}`, value));
}

export function nullable(shape: Shape): Shape {
  return (value) => (value === null ? null : shape(value));
}

export function listOf(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return wrong('a list', value);
    for (let index = 0; index < value.length; index++) {
      const problem = shape(value[index]);
      if (problem !== null) return `[${index}]${problem}`;
    }
    return null;
  };
}

/** An object with any keys whose members all have one shape. */
export function recordOf(shape: Shape): Shape {
  return (value) => {
    if (!isObject(value)) return wrong('an object', value);
    for (const key of Object.keys(value)) {
      const problem = shape(value[key]);
      if (problem !== null) return `[${JSON.stringify(key)}]${problem}`;
    }
    return null;
  };
}

/** An object that has at least these members. */
export function objectOf(members: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(members);
  return (value) => {
    if (!isObject(value)) return wrong('an object', value);
    for (const [key, shape] of entries) {
      const problem = shape(Object.hasOwn(value, key) ? value[key] : undefined);
      if (problem !== null) return `.${key}${problem}`;
    }
    return null;
  };
}

/**
 * An object that has all members of `T` and no others: what is read must be understood in whole.
 *
 * The compiler refuses a shape that forgets a member. One that is `undefined` does not count: JSON leaves it out.
 */
export function exactly<T>(members: Readonly<Record<keyof T & string, Shape>>): Shape {
  const known = objectOf(members);
  const size = Object.keys(members).length;
  return (value) => {
    const problem = known(value);
    if (problem !== null) return problem;
    const given = Object.keys(value as object);
    if (given.length === size) return null;
    for (const key of given) {
      const member = (value as Record<string, unknown>)[key];
      if (Object.hasOwn(members, key) || member === undefined) continue;
      return `.${key}${wrong('no such member', member)}`;
    }
    return null;
  };
}

/** An object whose member `kind` says which shape it has. */
export function byKind(shapes: Readonly<Record<string, Shape>>): Shape {
  const kinds = new Map(Object.entries(shapes));
  const knownKind = oneOf([...kinds.keys()]);
  return (value) => {
    if (!isObject(value)) return wrong('an object', value);
    const shape = kinds.get(value.kind as string);
    return shape === undefined ? `.kind${knownKind(value.kind)}` : shape(value);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(expected: string, value: unknown): string {
  return `: expected ${expected}, received ${describe(value)}`;
}
