import type { LoopbackExchange } from './loopback-exchange.js';
import {
  bookTickerWords,
  dayTickerWords,
  exchangeInfoWords,
  premiumWords,
  tickerPriceWords,
} from './market-words.js';
import type { WireObject } from './order-words.js';
import { bySymbol, type Route, type RouteCall } from './route.js';

/** What needs no key. */
export const MARKET_ROUTES: readonly Route[] = [
  { method: 'GET', path: 'ping', auth: 'none', weight: 1, answer: () => ({}) },
  {
    method: 'GET',
    path: 'time',
    auth: 'none',
    weight: 1,
    answer: ({ exchange }) => ({ serverTime: exchange.now() }),
  },
  {
    method: 'GET',
    path: 'exchangeInfo',
    auth: 'none',
    weight: 1,
    answer: ({ exchange }) => exchangeInfoWords(exchange),
  },
  {
    method: 'GET',
    path: 'premiumIndex',
    auth: 'none',
    weight: bySymbol(1, 10),
    answer: (call) => oneOrAll(call, premiumWords),
  },
  {
    method: 'GET',
    path: 'ticker/price',
    versions: [1, 2],
    auth: 'none',
    weight: bySymbol(1, 2),
    answer: (call) => oneOrAll(call, tickerPriceWords),
  },
  {
    method: 'GET',
    path: 'ticker/bookTicker',
    auth: 'none',
    weight: bySymbol(2, 5),
    answer: (call) => oneOrAll(call, bookTickerWords),
  },
  {
    method: 'GET',
    path: 'ticker/24hr',
    auth: 'none',
    weight: bySymbol(1, 40),
    answer: (call) => oneOrAll(call, dayTickerWords),
  },
];

function oneOrAll(
  { params, exchange }: RouteCall,
  wordsOf: (symbol: string, exchange: LoopbackExchange) => WireObject,
): unknown {
  const symbol = params.text('symbol');
  if (symbol !== null) return wordsOf(exchange.input(symbol).symbol, exchange);
  return [...exchange.instruments.keys()].map((name) => wordsOf(name, exchange));
}
