/** Figures for the eye: of one width, with a true minus. */

const MINUS = '−';

/** An amount with its sign: `+41.80`, `−145.84`, `0.00`. Small ones keep more digits. */
export function signedText(value: string | number, digits = digitsFor(Number(value))): string {
  const number = Number(value);
  const text = grouped(Math.abs(number).toFixed(digits));
  if (Number(Math.abs(number).toFixed(digits)) === 0) return text;
  return `${number > 0 ? '+' : MINUS}${text}`;
}

/** The same without a plus. */
export function amountText(value: string | number, digits = digitsFor(Number(value))): string {
  const text = signedText(value, digits);
  return text.startsWith('+') ? text.slice(1) : text;
}

/** Digits behind the point that tell amounts of this size apart. */
export function digitsFor(largest: number): number {
  const size = Math.abs(largest);
  if (size >= 1 || size === 0) return 2;
  return Math.min(1 - Math.floor(Math.log10(size)), 8);
}

export function digitsForAll(values: readonly (string | number)[]): number {
  return digitsFor(
    values.reduce<number>((most, value) => Math.max(most, Math.abs(Number(value))), 0),
  );
}

/** `44.8 %` */
export function shareText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1,234,567` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 exit`, `3 exits` */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}
