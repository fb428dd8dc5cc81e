/** The dialects that an exchange server speaks. */
export type ServerDialectName = 'binance' | 'aster';

/** What the two exchanges do differently; everything else is one server. */
export interface ServerDialect {
  readonly name: ServerDialectName;
  /** Conditional orders are orders of their own kind, with ids and endpoints of their own. */
  readonly hasAlgoOrders: boolean;
  /** Streams are split by `/public`, `/market` and `/private`; elsewhere nothing is pushed. */
  readonly splitRoutes: boolean;
  /** Answers of placements and cancellations tell averages as well. */
  readonly tellsAverages: boolean;
  /** `-4116`, `-4509`, `-4130`, `-50xx` exist. */
  readonly hasNewCodes: boolean;
  /** Fields that came to streams in 2025 and 2026. */
  readonly hasNewFields: boolean;
  /** Most open conditional orders, of the account or of each symbol. */
  readonly conditionalCap: { readonly of: 'account' | 'symbol'; readonly count: number };
  readonly streamsPerConnectionMax: number;
  /** Server ping, ms. */
  readonly pingEveryMs: number;
}

export const SERVER_DIALECTS: Readonly<Record<ServerDialectName, ServerDialect>> = {
  binance: {
    name: 'binance',
    hasAlgoOrders: true,
    splitRoutes: true,
    tellsAverages: false,
    hasNewCodes: true,
    hasNewFields: true,
    conditionalCap: { of: 'account', count: 200 },
    streamsPerConnectionMax: 1024,
    pingEveryMs: 180_000,
  },
  aster: {
    name: 'aster',
    hasAlgoOrders: false,
    splitRoutes: false,
    tellsAverages: true,
    hasNewCodes: false,
    hasNewFields: false,
    conditionalCap: { of: 'symbol', count: 10 },
    streamsPerConnectionMax: 200,
    pingEveryMs: 300_000,
  },
};
