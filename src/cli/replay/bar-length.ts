import { BAR_DISTANCES_MAX, BAR_LENGTH_DEFAULT_MS } from '../../limits.js';
import type { Recording } from './recording.js';

/**
 * Length of the bars of a recording, ms: the most common distance of two rows, the shorter one of two that are as common.
 *
 * Holes (minutes without a trade) and doubled rows do not disturb it.
 */
export async function barLengthOf(recording: Recording): Promise<number> {
  const counts = new Map<number, number>();
  let last = Number.NaN;
  for await (const { times, count } of recording.batches()) {
    for (let row = 0; row < count; row += 1) {
      const time = times[row] as number;
      const distance = time - last;
      last = time;
      if (!(distance > 0)) continue;
      const known = counts.get(distance);
      if (known !== undefined || counts.size < BAR_DISTANCES_MAX) {
        counts.set(distance, (known ?? 0) + 1);
      }
    }
  }
  let length = BAR_LENGTH_DEFAULT_MS;
  let most = 0;
  for (const [distance, count] of counts) {
    if (count < most || (count === most && distance > length)) continue;
    length = distance;
    most = count;
  }
  return length;
}
