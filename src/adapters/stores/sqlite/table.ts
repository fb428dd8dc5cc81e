import type { Column } from './column.js';
import type { SqliteValue } from './driver.js';
import { MalformedValue } from './malformed-value.js';

/** One table: which column keeps which member of `Row`, and the statements that follow from it. */
export interface Table<Row> {
  readonly name: string;
  /** Writes one row; the last one of a key wins and keeps its place. */
  readonly upsertSql: string;
  /** Begins a query of rows that `decode` understands; a `WHERE` may follow. */
  readonly selectSql: string;
  /** Parameters of `upsertSql`. @throws MalformedValue that names table, key and column */
  encode(row: Row): SqliteValue[];
  /** @throws MalformedValue that names table, key and column */
  decode(record: unknown): Row;
}

/** A column for queries that is computed from the row; it is written, never read back. */
interface Derived<Row> {
  readonly name: string;
  of(row: Row): SqliteValue;
}

type Columns<Row> = { readonly [Member in keyof Row & string]-?: Column<Row[Member]> };

/** Every member of `Row` must have its column: the compiler refuses a table that forgets one. */
export function defineTable<Row>(
  name: string,
  key: readonly (keyof Row & string)[],
  columns: Columns<Row>,
  derived: readonly Derived<Row>[] = [],
): Table<Row> {
  const members = Object.keys(columns) as (keyof Row & string)[];
  const plan = members.map((member) => ({
    member,
    column: columnName(member),
    codec: columns[member] as Column<unknown>,
  }));
  const template: Record<string, unknown> = Object.fromEntries(
    members.map((member) => [member, null]),
  );
  const written = [...plan.map(({ column }) => column), ...derived.map((column) => column.name)];
  const keyColumns = key.map(columnName);
  const updated = written.filter((column) => !keyColumns.includes(column));
  const list = (names: readonly string[]): string => names.map(quoted).join(', ');
  return {
    name,
    upsertSql:
      `INSERT INTO ${quoted(name)} (${list(written)}) VALUES (${written.map(() => '?').join(', ')}) ` +
      `ON CONFLICT (${list(keyColumns)}) DO UPDATE SET ` +
      updated.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', '),
    selectSql: `SELECT ${list(plan.map(({ column }) => column))} FROM ${quoted(name)}`,
    encode(row) {
      const values: SqliteValue[] = [];
      let at = '';
      try {
        for (const { member, column, codec } of plan) {
          at = column;
          values.push(codec.encode(row[member]));
        }
      } catch (error) {
        const place = key.map((member) => row?.[member]);
        throw located(name, place, at, error);
      }
      for (const column of derived) values.push(column.of(row));
      return values;
    },
    decode(record) {
      const stored = record as Readonly<Record<string, unknown>>;
      // A copy of a whole object is one allocation; 28 members added one by one are a dozen. Loading 100,000 tranches
      // is mostly garbage collection, so this counts.
      const row = { ...template };
      let at = '';
      try {
        for (const { member, column, codec } of plan) {
          at = column;
          row[member] = codec.decode(stored[column]);
        }
      } catch (error) {
        throw located(
          name,
          keyColumns.map((column) => stored[column]),
          at,
          error,
        );
      }
      return row as Row;
    },
  };
}

function located(table: string, key: readonly unknown[], column: string, error: unknown): Error {
  const problem = error instanceof MalformedValue ? error.message : `: ${error}`;
  return new MalformedValue(`table ${table}, key ${JSON.stringify(key)}, ${column}${problem}`, {
    cause: error,
  });
}

function columnName(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Names are constants of this package; quoting keeps SQL's own words (`key`) apart from them. */
function quoted(name: string): string {
  return `"${name}"`;
}
