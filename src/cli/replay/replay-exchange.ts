import { PaperExchange } from '../../adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../adapters/exchanges/paper/paper-exchange-options.js';
import type { PriceSource } from '../../model/price.js';
import type { ExchangeSink, FillReport } from '../../ports/exchange-adapter.js';

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

/** The paper exchange, with a note of the row at which each order was executed. */
export class ReplayExchange extends PaperExchange {
  readonly #places = new Map<string, FillPlace>();
  readonly #placeOf: () => FillPlace;

  constructor(options: PaperExchangeOptions, placeOf: () => FillPlace) {
    super(options);
    this.#placeOf = placeOf;
  }

  /** First execution of an order, by our id or by the exchange's. */
  placeOf(orderId: string): FillPlace | undefined {
    return this.#places.get(orderId);
  }

  override connect(sink: ExchangeSink): Promise<void> {
    return super.connect({
      ...sink,
      order: (report) => sink.order(report),
      position: (report) => sink.position(report),
      connection: (state, reason) => sink.connection(state, reason),
      gap: (reason) => sink.gap(reason),
      fill: (report) => {
        this.#note(report);
        sink.fill(report);
      },
    });
  }

  #note({ orderId, clientOrderId }: FillReport): void {
    const place = this.#placeOf();
    for (const id of [orderId, clientOrderId]) {
      if (id !== undefined && !this.#places.has(id)) this.#places.set(id, place);
    }
  }
}
