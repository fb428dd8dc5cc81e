import type { LoopbackExchange } from './loopback-exchange.js';
import type { ConditionalRecord } from './order-record.js';
import { cancelAllConditional } from './order-routes.js';
import { algoWords } from './order-words.js';
import { placeConditional } from './place-conditional.js';
import { bySymbol, type Route } from './route.js';
import type { WireParams } from './wire-params.js';
import { missing, refusal } from './wire-refusal.js';

const LISTED_MAX = 1_000;

/** Conditional orders of Binance. There is no batch and no way to modify one. */
export const ALGO_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: 'algoOrder',
    auth: 'signed',
    weight: 0,
    orders: [1, 1],
    isAlgo: true,
    answer: ({ params, exchange }) => {
      if (params.required('algoType') !== 'CONDITIONAL') throw refusal(-1102);
      const record = placeConditional(params, exchange, {
        trigger: 'triggerPrice',
        activation: 'activatePrice',
        clientId: 'clientAlgoId',
      });
      return algoWords(record, exchange, false);
    },
  },
  {
    method: 'DELETE',
    path: 'algoOrder',
    auth: 'signed',
    weight: 1,
    isAlgo: true,
    answer: ({ params, exchange }) => {
      const record = findAlgo(params, exchange);
      if (record === null) throw refusal(-2011);
      exchange.conditionals.cancel(record);
      // A string, unlike every other code.
      const done = { code: '200', msg: 'success' };
      return { algoId: record.id, clientAlgoId: record.clientId, ...done };
    },
  },
  {
    method: 'GET',
    path: 'algoOrder',
    auth: 'signed',
    weight: 1,
    isAlgo: true,
    answer: ({ params, exchange }) => {
      const record = findAlgo(params, exchange);
      if (record === null) throw refusal(-2013);
      return algoWords(record, exchange, true);
    },
  },
  {
    method: 'GET',
    path: 'openAlgoOrders',
    auth: 'signed',
    weight: bySymbol(1, 40),
    isAlgo: true,
    answer: ({ params, exchange }) => {
      const symbol = params.text('symbol');
      const algoId = params.whole('algoId');
      if (symbol !== null) exchange.orders.instrument(symbol);
      return exchange.conditionals.open
        .filter((record) => symbol === null || record.symbol === symbol)
        .filter(({ id }) => algoId === null || id === algoId)
        .map((record) => algoWords(record, exchange, true));
    },
  },
  {
    method: 'GET',
    path: 'allAlgoOrders',
    auth: 'signed',
    weight: 5,
    isAlgo: true,
    answer: ({ params, exchange }) => allAlgo(params, exchange),
  },
  {
    method: 'DELETE',
    path: 'algoOpenOrders',
    auth: 'signed',
    weight: 1,
    isAlgo: true,
    answer: ({ params, exchange }) => {
      const symbol = params.required('symbol');
      exchange.orders.instrument(symbol);
      return cancelAllConditional(symbol, exchange);
    },
  },
];

function findAlgo(params: WireParams, exchange: LoopbackExchange): ConditionalRecord | null {
  const algoId = params.whole('algoId');
  const clientId = params.text('clientAlgoId');
  if (algoId === null && clientId === null) throw missing('algoId');
  const { records, open } = exchange.conditionals;
  if (algoId !== null) return records.get(algoId) ?? null;
  const fits = (record: ConditionalRecord): boolean => record.clientId === clientId;
  return open.find(fits) ?? [...records.values()].findLast(fits) ?? null;
}

function allAlgo(params: WireParams, exchange: LoopbackExchange): unknown {
  const symbol = params.required('symbol');
  exchange.orders.instrument(symbol);
  const fromId = params.whole('algoId');
  const since = params.whole('startTime') ?? Number.NEGATIVE_INFINITY;
  const until = params.whole('endTime') ?? Number.POSITIVE_INFINITY;
  const limit = Math.min(params.whole('limit') ?? 500, LISTED_MAX);
  const found = [...exchange.conditionals.records.values()].filter(
    (record) =>
      record.symbol === symbol &&
      (fromId === null || record.id >= fromId) &&
      record.createdAt >= since &&
      record.createdAt <= until,
  );
  const isForward = fromId !== null || since > Number.NEGATIVE_INFINITY;
  const page = isForward ? found.slice(0, limit) : found.slice(-limit);
  return page.map((record) => algoWords(record, exchange, true));
}
