/** A short, safe rendering of a received value for an error message. Never throws. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return `${value}`;
  if (typeof value === 'bigint') return `${value}n`;
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
  } catch {
    return 'an object that cannot be read';
  }
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}
