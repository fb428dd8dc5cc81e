/**
 * Reads one own property of a value that came from outside. Never throws.
 *
 * What is inherited does not count (a polluted prototype must not fill in fields), and a getter that throws reads as
 * a missing field.
 */
export function ownField(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined;
  }
}
