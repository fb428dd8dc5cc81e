import Table from 'cli-table3';

/** A table for people, without colours: it may be piped or pasted. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const text = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) text.push(row.map((cell) => `${cell}`));
  return text.toString();
}

/** A moment as people read it; UTC. */
export function moment(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime())
    ? `${timeMs}`
    : date.toISOString().replace('T', ' ').replace('Z', '');
}

/** `1,234,567` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A decimal string, cut to some digits behind the point: for people only. */
export function short(value: string, digits = 8): string {
  const [whole = '', fraction = ''] = value.split('.');
  const kept = fraction.slice(0, digits).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}
