/** What the bench and its exchange process say to each other. */
export type Command = { readonly id: number; readonly account: 0 | 1 } & (
  | { readonly do: 'price' | 'price-to-close'; readonly symbol: string; readonly price: string }
  | {
      readonly do: 'trade';
      readonly symbol: string;
      readonly side: 'BUY' | 'SELL';
      readonly positionSide: 'LONG' | 'SHORT';
      readonly quantity: string;
      readonly entryId: string;
    }
);

export interface Answer {
  /** Of the command; 0 = an exchange is open. */
  readonly id: number;
  readonly orderId?: string;
  readonly tookMs?: number;
  readonly restUrl?: string;
  readonly streamUrl?: string;
}

/** How the exchanges behave. */
export interface VenueOptions {
  /** Default `binance`. */
  readonly dialect?: 'binance' | 'aster';
  /** Time that answers take, ms. Default 0. */
  readonly answerDelayMs?: number;
  /** Time that events of the account take, ms. Default 15: a fill is handed over before the stream tells it. */
  readonly eventDelayMs?: number;
}

export const API_KEY = 'bench-key';
export const API_SECRET = 'bench-secret';
export const START_PRICE = '3000.00';
/** Resting take-profit; take-profit that the monitor guards itself. */
export const RESTING = 'RESTUSDT';
export const LOCAL = 'LOCALUSDT';
export const QUANTITY = '0.5';
/** Symbols for many fills at a time. */
export const MANY_SYMBOLS: readonly string[] = Array.from({ length: 128 }, (_, n) => `M${n}USDT`);
export const INSTRUMENTS = [RESTING, LOCAL, ...MANY_SYMBOLS].map((symbol) => ({
  symbol,
  tickSize: '0.01',
  stepSize: '0.001',
  minQty: '0.001',
  minNotional: '5',
  price: START_PRICE,
}));
