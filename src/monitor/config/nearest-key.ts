/** Longer names are no typing mistakes, and comparing them costs time. */
const NAME_LENGTH_MAX = 64;

/** Names that other tools use, and what we call the same thing. */
const ALIASES: Readonly<Record<string, string>> = {
  tp: 'takeProfitPct',
  sl: 'stopLossPct',
  tppct: 'takeProfitPct',
  slpct: 'stopLossPct',
  tppercent: 'takeProfitPct',
  slpercent: 'stopLossPct',
  tppercentage: 'takeProfitPct',
  slpercentage: 'stopLossPct',
  takeprofit: 'takeProfitPct',
  stoploss: 'stopLossPct',
  takeprofitpercent: 'takeProfitPct',
  stoplosspercent: 'stopLossPct',
  tpenabled: 'takeProfitEnabled',
  slenabled: 'stopLossEnabled',
  hedgemode: 'positionMode',
  papermode: 'simulateOnly',
  dryrun: 'simulateOnly',
};

/**
 * The known key that an unknown one most likely means; `undefined` when none is close.
 *
 * @example nearestKey('stop_los_pct', ['takeProfitPct', 'stopLossPct']) // 'stopLossPct'
 */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  if (unknown.length > NAME_LENGTH_MAX) return undefined;
  const wanted = bare(unknown);
  const alias = Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined;
  if (alias !== undefined && known.includes(alias)) return alias;
  let best: string | undefined;
  // A third of the name may be wrong, and two letters of a short one.
  let bestDistance = Math.min(4, Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const key of known) {
    const distance = editDistance(wanted, bare(key));
    if (distance < bestDistance && distance < key.length / 2) {
      best = key;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case and separators are the commonest mistakes and say nothing about which key was meant. */
function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped)
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
