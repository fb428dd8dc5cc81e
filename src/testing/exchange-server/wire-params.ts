import { missing, refusal } from './wire-refusal.js';

/** Parameters of a request, from its query and its body alike. Names that nobody asks for are tolerated. */
export class WireParams {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [string, string]>) {
    const read = new Map<string, string>();
    for (const [name, value] of values) read.set(name.toLowerCase(), value);
    this.#values = read;
  }

  /** `null` when it is absent or empty. */
  text(name: string): string | null {
    const value = this.#values.get(name.toLowerCase());
    return value === undefined || value === '' ? null : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === null) throw missing(name);
    return value;
  }

  /** Whole number; `null` when it is absent. */
  whole(name: string): number | null {
    const value = this.text(name);
    if (value === null) return null;
    const read = Number(value);
    if (!Number.isSafeInteger(read)) throw missing(name);
    return read;
  }

  /** A decimal in plain notation, as text; `null` when it is absent. */
  decimal(name: string): string | null {
    const value = this.text(name);
    if (value === null) return null;
    if (!/^-?\d+(\.\d+)?$/.test(value)) throw missing(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined || value === 'false') return false;
    if (value === 'true') return true;
    throw missing(name);
  }

  list(name: string): readonly unknown[] | null {
    const value = this.text(name);
    if (value === null) return null;
    let read: unknown;
    try {
      read = JSON.parse(value);
    } catch {
      throw missing(name);
    }
    if (!Array.isArray(read)) throw missing(name);
    return read;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], code: number): T {
    const value = this.required(name) as T;
    if (!allowed.includes(value)) throw refusal(code);
    return value;
  }
}

/** Parameters of one order inside of a batch. */
export function paramsOfItem(item: unknown): WireParams {
  if (typeof item !== 'object' || item === null) throw missing('batchOrders');
  return new WireParams(Object.entries(item).map(([name, value]) => [name, String(value)]));
}
