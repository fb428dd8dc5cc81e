/** Between 0 and below 1, from the runtime: for jitter, never for decisions or ids. */
export function systemRandom(): number {
  return Math.random();
}
