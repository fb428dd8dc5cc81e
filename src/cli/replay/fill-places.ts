import type { PriceSource } from '../../model/price.js';
import type { FillReport } from '../../ports/exchange-adapter.js';

/** Where in the recording something was executed. */
export interface FillPlace {
  /** Counted as the legs are: four steps a bar that is walked. */
  readonly row: number;
  /** Clock of the replay, ms. */
  readonly time: number;
  /** Last price that the exchange had seen. */
  readonly source: PriceSource;
  readonly price: number;
}

/** The row at which each order was executed first, by our id and by the exchange's. */
export class FillPlaces {
  readonly #places = new Map<string, FillPlace>();

  note(
    { orderId, clientOrderId }: Pick<FillReport, 'orderId' | 'clientOrderId'>,
    place: FillPlace,
  ): void {
    for (const id of [orderId, clientOrderId]) {
      if (id !== undefined && !this.#places.has(id)) this.#places.set(id, place);
    }
  }

  of(orderId: string): FillPlace | undefined {
    return this.#places.get(orderId);
  }
}
