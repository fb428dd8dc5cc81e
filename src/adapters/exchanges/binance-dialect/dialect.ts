import type { PriceSource } from '../../../model/price.js';

/**
 * What differs between exchanges that speak Binance's dialect. Everything else is one codec.
 *
 * A further exchange of the family is one more value of this type; see `binance.ts` and `aster.ts`.
 */
export interface Dialect {
  /** Stable name, stamped into the store, e.g. `binance`. */
  readonly id: string;
  /** Where requests go unless configured otherwise, without a path. */
  readonly restUrl: string;
  /** Where the account stream is unless configured otherwise, without a path. */
  readonly streamUrl: string;
  /** Path of each call. */
  readonly paths: DialectPaths;
  /** `algo`: conditional orders have endpoints and ids of their own. `order`: they are plain orders. */
  readonly conditionalPath: 'algo' | 'order';
  /** Name of the trigger level in requests. */
  readonly triggerField: 'triggerPrice' | 'stopPrice';
  /** Whether a batch may hold conditional orders. */
  readonly batchConditional: boolean;
  readonly batchSize: number;
  /** Whether the account stream has a route of its own (`/private`). */
  readonly splitRoutes: boolean;
  readonly triggerSources: readonly PriceSource[];
  /** Open conditional orders that the exchange allows, where `exchangeInfo` does not say it. */
  readonly maxProtectiveOrders: {
    readonly perSymbol: number | null;
    readonly perAccount: number | null;
  };
  /** Request weight of one placement or amendment; some exchanges count them as orders only. */
  readonly orderWeight: number;
  /** Whether a 503 has one meaning only: execution unknown. */
  readonly every503IsUnknown: boolean;
}

/** Paths below the host. `conditional` is the same as `order` where conditional orders are plain ones. */
export interface DialectPaths {
  readonly time: string;
  readonly exchangeInfo: string;
  readonly order: string;
  readonly batchOrders: string;
  readonly openOrders: string;
  readonly conditional: string;
  readonly openConditional: string;
  readonly allConditional: string | null;
  readonly positionRisk: string;
  readonly positionMode: string;
  readonly userTrades: string;
  /** Payments of the account, funding among them; `null` = not told. */
  readonly income: string | null;
  readonly listenKey: string;
  readonly premiumIndex: string;
  readonly tickerPrice: string;
}
