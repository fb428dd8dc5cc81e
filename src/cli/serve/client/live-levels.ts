import type { LevelKind } from '../../page/client/chart-data.js';
import type { LivePosition } from '../live-picture.js';

/** One level of one tranche. */
export interface LevelRow {
  readonly key: string;
  readonly kind: LevelKind;
  /** Short: `TP`, `stop`, `guard`, `trail`, `entry`. */
  readonly name: string;
  /** Side and number of the tranche, e.g. `L0`. */
  readonly of: string;
  readonly price: string;
  readonly last: string | null;
}

/** Levels of what is held, the highest price first, as they lie in the drawing. */
export function levelsOf(positions: readonly LivePosition[]): readonly LevelRow[] {
  const rows = positions.flatMap(({ side, lastPrice, tranches }) =>
    tranches.flatMap((tranche) => {
      const of = `${side === 'LONG' ? 'L' : 'S'}${tranche.number}`;
      const { stopLoss, restingStop, trail, takeProfits, entryPrice } = tranche;
      const isApart = restingStop !== null && restingStop !== stopLoss;
      const rests = tranche.coverage === 'resting' || tranche.coverage === 'pooled';
      const levels: readonly (readonly [LevelKind, string, string | null])[] = [
        ['entry', 'entry', entryPrice],
        ...takeProfits.map((price) => ['take-profit', 'TP', price] as const),
        ['stop', 'stop', rests ? restingStop : null],
        ['guard', 'guard', isApart || !rests ? stopLoss : null],
        ['guard', 'trail', trail === stopLoss ? null : trail],
      ];
      return levels.flatMap(([kind, name, price], index) =>
        price === null
          ? []
          : [{ key: `${tranche.id} ${name} ${index}`, kind, name, of, price, last: lastPrice }],
      );
    }),
  );
  return rows.sort((a, b) => Number(b.price) - Number(a.price));
}
