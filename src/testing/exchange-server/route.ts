import type { ListenKeys } from './listen-keys.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import type { WireParams } from './wire-params.js';

/** What a handler gets. */
export interface RouteCall {
  readonly params: WireParams;
  readonly exchange: LoopbackExchange;
  readonly listenKeys: ListenKeys;
  /** Version in the path. */
  readonly version: number;
}

/** One call of the REST interface. */
export interface Route {
  readonly method: string;
  /** Path below `/fapi/v…/`. */
  readonly path: string;
  /** Versions of Binance; Aster's trees have every call in each. Default 1. */
  readonly versions?: readonly number[];
  readonly auth: 'none' | 'key' | 'signed';
  readonly weight: number | ((params: WireParams) => number);
  /** How many orders it counts as: in 10 s, in a minute. */
  readonly orders?: readonly [per10s: number, perMinute: number];
  /** Only at exchanges whose conditional orders have endpoints of their own. */
  readonly isAlgo?: boolean;
  /** @throws WireRefusal */
  readonly answer: (call: RouteCall) => unknown;
}

/** Weight that depends on whether a symbol is named. */
export function bySymbol(one: number, all: number): (params: WireParams) => number {
  return (params) => (params.text('symbol') === null ? all : one);
}
