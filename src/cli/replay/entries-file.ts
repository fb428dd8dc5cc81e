import { readFile } from 'node:fs/promises';
import { describe } from '../../errors/describe.js';
import { ORDER_ID_LENGTH_MAX } from '../../limits.js';
import { amountFrom } from '../../model/amount.js';
import { toDecimalString } from '../../model/decimal.js';
import type { ExitPlanInput } from '../../model/exit-plan.js';
import { isSymbol, SYMBOL_EXPECTED } from '../../model/symbol.js';
import { parseJson } from '../../monitor/config/parse-json.js';
import { inputFileError, unreadableFile } from '../input-file-error.js';
import type { EntryRequest } from './entry-orders.js';

const KEYS = ['id', 'symbol', 'side', 'quantity', 'row', 'time', 'tranche', 'plan'];
/** The order that fills an entry is named after it. */
const ORDER_ID_PREFIX = 'entry-';
const ID_LENGTH_MAX = ORDER_ID_LENGTH_MAX - ORDER_ID_PREFIX.length;
const ID = new RegExp(`^[!-~]{1,${ID_LENGTH_MAX}}$`);

/**
 * Reads the entries of a replay. What their plans say is checked where the plans are built.
 *
 * @throws ValidationError `INPUT_FILE_INVALID` naming the place
 */
export async function readEntriesFile(file: string): Promise<readonly EntryRequest[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { line, column, problem } = parsed.fault;
    throw inputFileError(file, line, { received: `no valid JSON (column ${column}: ${problem})` });
  }
  const { value } = parsed;
  if (!Array.isArray(value)) {
    throw inputFileError(file, null, {
      expected: 'a list [{ id, symbol, side, quantity, row or time, tranche?, plan? }]',
      received: describe(value),
    });
  }
  const entries = value.map((item, index) => new EntryReader(file, index, item).read());
  refuseDoubledIds(file, entries);
  refuseSecondSymbol(file, entries);
  return entries;
}

class EntryReader {
  readonly #file: string;
  readonly #index: number;
  readonly #item: Readonly<Record<string, unknown>>;

  constructor(file: string, index: number, item: unknown) {
    this.#file = file;
    this.#index = index;
    this.#item = item as Readonly<Record<string, unknown>>;
  }

  read(): EntryRequest {
    const item = this.#item;
    if (!isObject(item)) this.#refuse('', 'an object', item);
    const unknown = Object.keys(item).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) {
      this.#refuse(unknown.slice(0, 64), 'a known key', 'an unknown one', `Known: ${KEYS.join()}`);
    }
    const id = this.#id();
    const { symbol, side, tranche = 'auto', plan = null } = item;
    if (!isSymbol(symbol)) this.#refuse('symbol', SYMBOL_EXPECTED, symbol);
    if (side !== 'LONG' && side !== 'SHORT') this.#refuse('side', '"LONG" or "SHORT"', side);
    const quantity = amountFrom(item.quantity);
    if (quantity === null || quantity.lte(0)) {
      return this.#refuse(
        'quantity',
        'a quantity above 0, as number or plain decimal string',
        item.quantity,
      );
    }
    if (tranche !== 'auto' && tranche !== 'new') {
      this.#refuse('tranche', '"auto" or "new"', tranche);
    }
    if (plan !== null && !isObject(plan)) {
      this.#refuse('plan', 'an object with the keys of a symbol', plan);
    }
    return {
      id,
      orderId: `${ORDER_ID_PREFIX}${id}`,
      symbol,
      side,
      quantity: toDecimalString(quantity),
      ...this.#place(),
      tranche,
      plan: plan as ExitPlanInput | null,
    };
  }

  #id(): string {
    const { id } = this.#item;
    const text = Number.isSafeInteger(id) ? `${id}` : id;
    if (typeof text === 'string' && ID.test(text)) return text;
    return this.#refuse('id', `1 to ${ID_LENGTH_MAX} printable characters without spaces`, id);
  }

  #place(): { readonly row: number | null; readonly time: number | null } {
    const { row, time } = this.#item;
    if ((row === undefined) === (time === undefined)) {
      return this.#refuse('', 'either row or time', row === undefined ? 'none' : 'both');
    }
    if (row !== undefined) {
      if (isCount(row)) return { row, time: null };
      return this.#refuse('row', 'the number of a data row, from 0', row);
    }
    if (isCount(time)) return { row: null, time };
    return this.#refuse('time', 'whole milliseconds since 1970 UTC', time);
  }

  #refuse(key: string, expected: string, received: unknown, remedy?: string): never {
    const isWord = ['none', 'both', 'an unknown one'].includes(received as string);
    throw inputFileError(`${this.#file}: [${this.#index}]${key && `.${key}`}`, null, {
      expected,
      received: isWord ? `${received}` : describe(received),
      ...(remedy !== undefined && { remedy }),
    });
  }
}

function refuseDoubledIds(file: string, entries: readonly EntryRequest[]): void {
  const seen = new Map<string, number>();
  for (const [index, { id }] of entries.entries()) {
    const first = seen.get(id);
    if (first !== undefined) {
      throw inputFileError(`${file}: [${index}].id`, null, {
        expected: 'an id of its own',
        received: `${JSON.stringify(id)}, which is that of [${first}]`,
      });
    }
    seen.set(id, index);
  }
}

function refuseSecondSymbol(file: string, entries: readonly EntryRequest[]): void {
  const [first] = entries;
  const index = entries.findIndex(({ symbol }) => symbol !== first?.symbol);
  if (index === -1) return;
  throw inputFileError(`${file}: [${index}].symbol`, null, {
    expected: `"${first?.symbol}" as in [0]: one symbol a recording`,
    received: JSON.stringify(entries[index]?.symbol),
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
