import { REGRESSION_BOUNDS } from './bounds.js';
import { isWithin, type Row } from './row.js';

/** The rows as a table. */
export function tableOf(rows: readonly Row[]): string {
  const header = ['id', 'what', 'goal', 'reference', 'figure', 'ratio', 'verdict'];
  const lines = rows.map((row) => [
    row.id,
    row.name,
    row.goal,
    row.reference === null ? '-' : amount(row.reference, row.unit),
    amount(row.figure, row.unit),
    row.ratio === null ? '-' : `${short(row.ratio)}x`,
    verdictOf(row),
  ]);
  const widths = header.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = [header, ...lines].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const met = rows.filter((row) => row.met).length;
  return [...text, '', `${met} of ${rows.length} are met`].join('\n');
}

/** The rows as a Markdown table, for the documentation. */
export function markdownOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const reference = row.reference === null ? '' : amount(row.reference, row.unit);
    const ratio = row.ratio === null ? '' : short(row.ratio);
    return `| ${row.id} | ${row.name} | ${row.goal} | ${reference} | ${amount(row.figure, row.unit)} | ${ratio} | ${verdictOf(row)} |`;
  });
  return [
    '| row | what | goal | yardstick | figure | ratio | verdict |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function verdictOf(row: Row): string {
  if (row.met) return 'met';
  return row.offered ? 'missed' : 'not offered';
}

/** Sentences about rows that are outside of what noise explains. */
export function regressionsOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => {
    const bounds = REGRESSION_BOUNDS[row.id];
    if (bounds === undefined || isWithin(row.figure, row.ratio, bounds)) return [];
    const limits = Object.entries(bounds).map(([name, value]) => `${name} ${value}`);
    const ratio = row.ratio === null ? '' : `, ratio ${short(row.ratio)}`;
    return [
      `${row.id} (${row.name}): ${amount(row.figure, row.unit)}${ratio}; allowed: ${limits.join(', ')}`,
    ];
  });
}

function amount(value: number, unit: string): string {
  return unit === '/s' ? `${short(value)}/s` : `${short(value)} ${unit}`;
}

/** Three digits that count. */
function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString('en-US');
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}
