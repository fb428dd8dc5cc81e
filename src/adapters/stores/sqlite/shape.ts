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
export const flag: Shape = (value) =>
  typeof value === 'boolean' ? null : wrong('a boolean', value);
export const nothing: Shape = (value) => (value === null ? null : wrong('null', value));
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
