import { CONFIG_DEPTH_MAX, CONFIG_TEXT_LENGTH_MAX } from '../../limits.js';

/** What is wrong with a JSON text, and where: line and column count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: JsonFault };

/**
 * Reads JSON text that a person wrote: like `JSON.parse`, but every fault has its line and column on every runtime,
 * a key given twice is a fault instead of a silent loss, and nesting is bounded. Never throws.
 *
 * @example parseJson('{ "a": 1, }') // { ok: false, fault: { line: 1, column: 11, problem: … } }
 */
export function parseJson(text: string): ParsedJson {
  if (text.length > CONFIG_TEXT_LENGTH_MAX) {
    const problem = `expected at most ${CONFIG_TEXT_LENGTH_MAX} characters, received ${text.length}`;
    return { ok: false, fault: { line: 1, column: 1, problem } };
  }
  const reader = new Reader(text);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.index).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { ok: false, fault: { line: before.length, column, problem: error.message } };
  }
}

class Fault extends Error {
  readonly index: number;

  constructor(index: number, problem: string) {
    super(problem);
    this.index = index;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    // Editors on some systems put a byte order mark first.
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  document(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('expected nothing after the value');
    return value;
  }

  #value(depth: number): unknown {
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{' || next === '[') {
      if (depth > CONFIG_DEPTH_MAX)
        this.#fail(`expected at most ${CONFIG_DEPTH_MAX} levels of nesting`);
      return next === '{' ? this.#object(depth) : this.#array(depth);
    }
    if (next === '"') return this.#string();
    if (next !== undefined && /[-\d]/.test(next)) return this.#number();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#fail('expected a value');
  }

  #object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    this.#at += 1;
    if (this.#takes('}')) return {};
    do {
      this.#space();
      const at = this.#at;
      if (this.#text[at] !== '"') {
        this.#fail(
          this.#text[at] === '}'
            ? 'expected no comma before "}"'
            : 'expected a key in double quotes',
        );
      }
      const key = this.#string();
      if (entries.has(key)) {
        this.#at = at;
        this.#fail(
          `expected every key once: ${JSON.stringify(key.slice(0, 64))} stands here twice`,
        );
      }
      if (!this.#takes(':')) this.#fail('expected ":"');
      entries.set(key, this.#value(depth + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#fail('expected "," or "}"');
    // Defines instead of assigns, so that a key named __proto__ stays an ordinary key (and is refused later).
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const items: unknown[] = [];
    this.#at += 1;
    if (this.#takes(']')) return items;
    do {
      this.#space();
      if (this.#text[this.#at] === ']') this.#fail('expected no comma before "]"');
      items.push(this.#value(depth + 1));
    } while (this.#takes(','));
    if (!this.#takes(']')) this.#fail('expected "," or "]"');
    return items;
  }

  /** Finds the end by hand: a pattern would need a stack as deep as the string is long. */
  #string(): string {
    const from = this.#at;
    let end = from + 1;
    while (this.#text[end] !== '"') {
      if (this.#text.charCodeAt(end) < 0x20 || end >= this.#text.length) {
        this.#at = end;
        this.#fail('expected the string to end on its line');
      }
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    try {
      const value = JSON.parse(this.#text.slice(from, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      return this.#fail('expected a string with valid escapes');
    }
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail('expected a number');
    const value = Number(found);
    if (!Number.isFinite(value)) this.#fail('expected a number of sensible size');
    this.#at += found.length;
    return value;
  }

  #takes(mark: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    const next = this.#text.slice(this.#at, this.#at + 2);
    if (next === '//' || next === '/*') this.#fail('expected no comment: JSON has none');
  }

  #fail(expected: string): never {
    const next = this.#text[this.#at];
    const received = next === undefined ? 'the end of the text' : JSON.stringify(next);
    throw new Fault(this.#at, `${expected}, received ${received}`);
  }
}
