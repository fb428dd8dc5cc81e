/** `12:00:00`, UTC, as the command line prints times; with milliseconds on demand. */
export function timeText(timeMs: number, withMs = false): string {
  const text = new Date(timeMs).toISOString().slice(11, 23);
  return withMs ? text : text.slice(0, 8);
}

/** `2026-01-31 12:00:00`, UTC. */
export function momentText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** `0 ms`, `950 ms`, `12.3 s`, `4 min 10 s`, `3 h 2 min`, `2 d 5 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A decimal string cut behind some digits, zeros at the end left out: for the eye, not for reckoning. */
export function shortDecimal(value: string, digits = 8): string {
  const [whole = '', fraction = ''] = value.split('.');
  const kept = fraction.slice(0, digits).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}

/** A number of a price axis: as many digits as tell two prices of this span apart. */
export function priceText(price: number, span: number): string {
  const digits = span > 0 ? Math.min(Math.max(2 - Math.floor(Math.log10(span)), 0), 8) : 2;
  return price.toFixed(digits);
}

/** `+1.25 %`; a true minus, so that columns of figures stay in line. */
export function percentText(share: number, digits = 2): string {
  const percent = Math.abs(share * 100).toFixed(digits);
  if (Number(percent) === 0) return `${percent} %`;
  return `${share > 0 ? '+' : '−'}${percent} %`;
}
