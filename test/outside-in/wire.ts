import type {
  FillReport,
  MonitorConfig,
  OrderStatusReport,
  PositionStatusReport,
} from 'position-monitor';

/** What the venue, the bot and the supervisor say to each other. Plain JSON; no real exchange's dialect. */

/** One message of the account stream. */
export type AccountMessage =
  | readonly ['order', OrderStatusReport]
  | readonly ['fill', FillReport]
  | readonly ['position', PositionStatusReport];

/** One message of the price stream: symbol, price, time (ms since 1970 UTC). All prices are LAST. */
export type PriceMessage = readonly (readonly [symbol: string, price: number, timeMs: number])[];

/** Answer to a write: the status code that a request of its own would have had, and its body. */
export interface WriteAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Ways in which the bot is broken on purpose, so that the judges can be judged. The package knows none of them. */
export const FLAWS = [
  /** Says that a fill is taken care of before it asked the monitor. */
  'ack-early',
  /** Its store answers before it has written. */
  'late-store',
  /** Its disk only pretends to sync. */
  'fake-sync',
  /** Its adapter forgets that an order may only reduce. */
  'no-reduce-only',
  /** Its adapter takes the stops away before it closes. */
  'cancel-first',
  /** Its adapter sends every close twice. */
  'send-twice',
] as const;
export type Flaw = (typeof FLAWS)[number];

/** Where the bot trades: at the venue of this test by an adapter of its own, or in an exchange's dialect by a shipped one. */
export type BotVenue =
  | { readonly adapter: 'own'; readonly url: string; readonly batchSize: number }
  | {
      readonly adapter: DialectName;
      readonly restUrl: string;
      readonly streamUrl: string;
      readonly apiKey: string;
      readonly apiSecret: string;
    };

/** Exchanges whose shipped adapters can be killed. */
export const DIALECTS = ['binance', 'aster'] as const;
export type DialectName = (typeof DIALECTS)[number];

/** What a bot process is told on its command line. */
export interface BotTask {
  readonly venue: BotVenue;
  readonly storePath: string;
  readonly config: MonitorConfig;
  /** Of its own random acts. */
  readonly seed: number;
  /** A sync takes up to this much longer, ms. */
  readonly syncDelayMs: number;
  readonly flaw: Flaw | null;
}

/** What the supervisor writes to the bot, one word a line. */
export type BotCommand = 'close' | 'quiet' | 'health' | 'stop';

/** What the bot says, one JSON object a line, each written before anything else happens. */
export type BotLine =
  | { readonly say: 'ready' }
  /** `handleOrderFill` answered `true`: from here on this much of the order must never be forgotten. */
  | {
      readonly say: 'ack';
      readonly symbol: string;
      readonly orderId: string;
      readonly atLeast: number;
    }
  /** A sync of the log ended; it covered this many frames of the log's life that has these salts. */
  | { readonly say: 'synced'; readonly salts: string; readonly frames: number }
  | {
      readonly say: 'health';
      readonly state: string;
      readonly unresolvedOrders: number;
      readonly unprotected: number;
      readonly isProtected: boolean;
      readonly problems: readonly string[];
    }
  /** An event of the monitor, for the trace. */
  | { readonly say: 'event'; readonly name: string; readonly text: string }
  /** A call of the public interface did not settle in time, or failed in a way that it never may. */
  | { readonly say: 'broken'; readonly detail: string }
  | { readonly say: 'stopped' };
