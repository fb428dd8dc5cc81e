import { toDecimalString } from '../../model/decimal.js';
import { accountWords, balanceWords, positionRiskWords, sidesOf } from './account-words.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import { tradeWords } from './order-words.js';
import type { Route } from './route.js';
import type { WireParams } from './wire-params.js';
import { missing, refusal } from './wire-refusal.js';

const WEEK_MS = 7 * 86_400_000;
const TRADES_MAX = 1_000;
const INCOME_MAX = 1_000;
const FUNDING = 'FUNDING_FEE';
const DONE = { code: 200, msg: 'success' };

/** Positions, balance, settings, trades, listen keys. */
export const ACCOUNT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: 'positionRisk',
    versions: [2, 3],
    auth: 'signed',
    weight: 5,
    answer: ({ params, exchange, version }) => {
      const symbol = params.text('symbol');
      if (symbol !== null) exchange.orders.instrument(symbol);
      return positionRiskWords(exchange, symbol, version === 3 && exchange.dialect.hasNewFields);
    },
  },
  {
    method: 'GET',
    path: 'account',
    versions: [2, 3],
    auth: 'signed',
    weight: 5,
    answer: ({ exchange, version }) =>
      accountWords(exchange, exchange.dialect.hasNewFields ? version : 2),
  },
  {
    method: 'GET',
    path: 'balance',
    versions: [2, 3],
    auth: 'signed',
    weight: 5,
    answer: ({ exchange }) => balanceWords(exchange),
  },
  {
    method: 'GET',
    path: 'positionSide/dual',
    auth: 'signed',
    weight: 30,
    answer: ({ exchange }) => ({ dualSidePosition: exchange.positionMode === 'hedge' }),
  },
  {
    method: 'POST',
    path: 'positionSide/dual',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      params.required('dualSidePosition');
      exchange.setPositionMode(params.flag('dualSidePosition') ? 'hedge' : 'one-way');
      return DONE;
    },
  },
  {
    method: 'GET',
    path: 'multiAssetsMargin',
    auth: 'signed',
    weight: 30,
    answer: () => ({ multiAssetsMargin: false }),
  },
  {
    method: 'GET',
    path: 'accountConfig',
    auth: 'signed',
    weight: 5,
    answer: ({ exchange }) => ({
      feeTier: 0,
      canTrade: true,
      canDeposit: true,
      canWithdraw: true,
      dualSidePosition: exchange.positionMode === 'hedge',
      updateTime: 0,
      multiAssetsMargin: false,
      tradeGroupId: -1,
    }),
  },
  {
    method: 'GET',
    path: 'symbolConfig',
    auth: 'signed',
    weight: 5,
    answer: ({ params, exchange }) => symbolConfig(params, exchange),
  },
  {
    method: 'POST',
    path: 'leverage',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      const { symbol } = exchange.input(params.required('symbol'));
      const leverage = params.whole('leverage') ?? 0;
      if (leverage < 1 || leverage > 125) throw refusal(-4028, `Leverage ${leverage} is not valid`);
      exchange.book.setting(symbol).leverage = leverage;
      exchange.onNews({ kind: 'leverage', symbol, leverage });
      return { leverage, maxNotionalValue: '1000000000', symbol };
    },
  },
  {
    method: 'POST',
    path: 'marginType',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      const { symbol } = exchange.input(params.required('symbol'));
      const setting = exchange.book.setting(symbol);
      const wanted = params.oneOf('marginType', ['ISOLATED', 'CROSSED'] as const, -1130);
      const marginType = wanted === 'CROSSED' ? 'cross' : 'isolated';
      if (setting.marginType === marginType) throw refusal(-4046);
      setting.marginType = marginType;
      for (const side of sidesOf(exchange)) {
        if (exchange.book.row(symbol, side).steps === 0) continue;
        exchange.onNews({ kind: 'margin', symbol, side, reason: 'MARGIN_TYPE_CHANGE' });
      }
      return DONE;
    },
  },
  {
    method: 'GET',
    path: 'leverageBracket',
    auth: 'signed',
    weight: 1,
    answer: ({ params, exchange }) => {
      const wanted = params.text('symbol');
      const symbols = wanted === null ? [...exchange.instruments.keys()] : [wanted];
      return symbols.map((symbol) => ({ symbol, notionalCoef: 1, brackets: [BRACKET] }));
    },
  },
  {
    method: 'GET',
    path: 'commissionRate',
    auth: 'signed',
    weight: 20,
    answer: ({ params, exchange }) => ({
      symbol: exchange.input(params.required('symbol')).symbol,
      makerCommissionRate: '0.0002',
      takerCommissionRate: '0.0005',
    }),
  },
  {
    method: 'GET',
    path: 'userTrades',
    auth: 'signed',
    weight: 5,
    answer: ({ params, exchange }) => userTrades(params, exchange),
  },
  {
    method: 'GET',
    path: 'income',
    auth: 'signed',
    weight: 30,
    answer: ({ params, exchange }) => income(params, exchange),
  },
  {
    method: 'POST',
    path: 'listenKey',
    auth: 'key',
    weight: 1,
    answer: ({ listenKeys }) => ({ listenKey: listenKeys.open() }),
  },
  {
    method: 'PUT',
    path: 'listenKey',
    auth: 'key',
    weight: 1,
    answer: ({ listenKeys, exchange }) => {
      const listenKey = listenKeys.keepAlive();
      return exchange.dialect.hasNewFields ? { listenKey } : {};
    },
  },
  {
    method: 'DELETE',
    path: 'listenKey',
    auth: 'key',
    weight: 1,
    answer: ({ listenKeys }) => {
      listenKeys.close();
      return {};
    },
  },
];

const BRACKET = {
  bracket: 1,
  initialLeverage: 125,
  notionalCap: 1_000_000_000,
  notionalFloor: 0,
  maintMarginRatio: 0.004,
  cum: 0,
};

function symbolConfig(params: WireParams, exchange: LoopbackExchange): unknown {
  const wanted = params.text('symbol');
  const symbols = wanted === null ? [...exchange.instruments.keys()] : [wanted];
  return symbols.map((symbol) => {
    const { leverage, marginType } = exchange.book.setting(exchange.input(symbol).symbol);
    return {
      symbol,
      marginType: marginType === 'cross' ? 'CROSSED' : 'ISOLATED',
      isAutoAddMargin: false,
      leverage,
      maxNotionalValue: '1000000000',
    };
  });
}

/** Oldest first; windows of a week; with neither a begin nor an id the latest ones. */
function userTrades(params: WireParams, exchange: LoopbackExchange): unknown {
  const symbol = params.required('symbol');
  exchange.orders.instrument(symbol);
  const orderId = params.whole('orderId');
  const fromId = params.whole('fromId');
  const startTime = params.whole('startTime');
  const endTime = params.whole('endTime');
  const limit = Math.min(params.whole('limit') ?? 500, TRADES_MAX);
  if (limit <= 0) throw missing('limit');
  if (fromId !== null && (startTime !== null || endTime !== null)) {
    throw refusal(-1128, 'Combination of optional parameters invalid.');
  }
  if (startTime !== null && endTime !== null && endTime - startTime > WEEK_MS) {
    throw refusal(-4166, 'Search window is restricted to recent 90 days only.');
  }
  const until = endTime ?? (startTime === null ? exchange.now() : startTime + WEEK_MS);
  const since = startTime ?? until - WEEK_MS;
  const found = exchange.orders.trades.filter(
    (trade) =>
      trade.symbol === symbol &&
      (orderId === null || trade.orderId === orderId) &&
      (fromId === null ? trade.time >= since && trade.time <= until : trade.tradeId >= fromId),
  );
  const isForward = fromId !== null || startTime !== null;
  const page = isForward ? found.slice(0, limit) : found.slice(-limit);
  return page.map((trade) => tradeWords(trade, exchange));
}

/** Oldest first; without a begin and an end the last week. Only funding is booked here. */
function income(params: WireParams, exchange: LoopbackExchange): unknown {
  const symbol = params.text('symbol');
  const type = params.text('incomeType');
  const startTime = params.whole('startTime');
  const endTime = params.whole('endTime');
  const limit = Math.min(params.whole('limit') ?? 100, INCOME_MAX);
  if (limit <= 0) throw missing('limit');
  const until = endTime ?? Number.POSITIVE_INFINITY;
  const since = startTime ?? (endTime === null ? exchange.now() - WEEK_MS : 0);
  return exchange.book.funding
    .filter((row) => symbol === null || row.symbol === symbol)
    .filter(({ time }) => (type ?? FUNDING) === FUNDING && time >= since && time <= until)
    .sort((a, b) => a.time - b.time)
    .slice(0, limit)
    .map((row) => ({
      symbol: row.symbol,
      incomeType: FUNDING,
      income: toDecimalString(row.income),
      asset: row.asset,
      info: FUNDING,
      time: row.time,
      tranId: exchange.dialect.hasNewFields ? row.tranId : String(row.tranId),
      tradeId: '',
    }));
}
