import { type Decimal, toDecimalString, ZERO } from '../../model/decimal.js';
import type { WirePositionSide } from '../../model/side.js';
import type { HeldRow } from './account-book.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import type { WireObject } from './order-words.js';

/** Position sides that the account's mode has. */
export function sidesOf(exchange: LoopbackExchange): readonly WirePositionSide[] {
  return exchange.positionMode === 'hedge' ? ['LONG', 'SHORT'] : ['BOTH'];
}

/** `positionRisk`: version 3 of Binance tells rows that are held or have orders; Aster and version 2 tell all. */
export function positionRiskWords(
  exchange: LoopbackExchange,
  symbol: string | null,
  isShort: boolean,
): readonly WireObject[] {
  const symbols = symbol === null ? [...exchange.instruments.keys()] : [symbol];
  const rows: WireObject[] = [];
  for (const name of symbols) {
    const hasOrders =
      exchange.orders.open.some((order) => order.symbol === name) ||
      exchange.conditionals.open.some((order) => order.symbol === name);
    for (const side of sidesOf(exchange)) {
      const row = exchange.book.row(name, side);
      if (isShort && row.steps === 0 && !hasOrders) continue;
      rows.push(riskRow(exchange, row, isShort));
    }
  }
  return rows;
}

function riskRow(exchange: LoopbackExchange, row: HeldRow, isShort: boolean): WireObject {
  const { leverage, marginType } = exchange.book.setting(row.symbol);
  const { amount, mark, notional, profit } = worthOf(exchange, row);
  const margin = toDecimalString(notional.abs().div(leverage).round(8));
  const shared = {
    symbol: row.symbol,
    positionSide: row.positionSide,
    positionAmt: toDecimalString(amount),
    entryPrice: toDecimalString(row.entryPrice.round(8)),
    breakEvenPrice: toDecimalString(row.entryPrice.round(8)),
    markPrice: toDecimalString(mark),
    unRealizedProfit: toDecimalString(profit),
    liquidationPrice: liquidationText(exchange, row),
    isolatedMargin: '0',
    notional: toDecimalString(notional),
    isolatedWallet: '0',
    updateTime: row.updatedAt,
  };
  return isShort
    ? {
        ...shared,
        marginAsset: 'USDT',
        initialMargin: margin,
        maintMargin: '0',
        positionInitialMargin: margin,
        openOrderInitialMargin: '0',
        adl: 0,
        bidNotional: '0',
        askNotional: '0',
      }
    : {
        ...shared,
        leverage: String(leverage),
        maxNotionalValue: '1000000000',
        marginType,
        isAutoAddMargin: 'false',
      };
}

/** A row of one-way mode has the side of its sign; a flat one is liquidated nowhere. */
function liquidationText(exchange: LoopbackExchange, row: HeldRow): string {
  if (row.steps === 0) return '0';
  const netSide = row.steps > 0 ? 'LONG' : 'SHORT';
  const side = row.positionSide === 'BOTH' ? netSide : row.positionSide;
  return toDecimalString(exchange.book.liquidationPrice(row.symbol, side));
}

/** `account` of version 2 or 3. */
export function accountWords(exchange: LoopbackExchange, version: number): WireObject {
  const rows = [...exchange.instruments.keys()].flatMap((symbol) =>
    sidesOf(exchange).map((side) => exchange.book.row(symbol, side)),
  );
  const values = rows.map((row) => ({ row, ...worthOf(exchange, row) }));
  const profit = values.reduce((sum, value) => sum.plus(value.profit), ZERO);
  const margin = values.reduce(
    (sum, { row, notional }) =>
      sum.plus(notional.abs().div(exchange.book.setting(row.symbol).leverage)),
    ZERO,
  );
  const totals = totalsOf(exchange.book.wallet, profit, margin);
  return {
    ...(version === 2 && {
      feeTier: 0,
      canTrade: true,
      canDeposit: true,
      canWithdraw: true,
      updateTime: 0,
      multiAssetsMargin: false,
    }),
    totalInitialMargin: totals.initialMargin,
    totalMaintMargin: '0',
    totalWalletBalance: totals.walletBalance,
    totalUnrealizedProfit: totals.unrealizedProfit,
    totalMarginBalance: totals.marginBalance,
    totalPositionInitialMargin: totals.initialMargin,
    totalOpenOrderInitialMargin: '0',
    totalCrossWalletBalance: totals.walletBalance,
    totalCrossUnPnl: totals.unrealizedProfit,
    availableBalance: totals.availableBalance,
    maxWithdrawAmount: totals.availableBalance,
    assets: [{ asset: 'USDT', ...totals, maintMargin: '0', updateTime: exchange.now() }],
    positions: values
      .filter(({ row }) => version === 2 || row.steps !== 0)
      .map(({ row, amount, notional, profit: gain }) => ({
        symbol: row.symbol,
        positionSide: row.positionSide,
        positionAmt: toDecimalString(amount),
        unrealizedProfit: toDecimalString(gain),
        notional: toDecimalString(notional),
        isolatedMargin: '0',
        isolatedWallet: '0',
        initialMargin: '0',
        maintMargin: '0',
        ...(version === 2 && {
          leverage: String(exchange.book.setting(row.symbol).leverage),
          isolated: false,
          entryPrice: toDecimalString(row.entryPrice.round(8)),
          maxNotional: '1000000000',
        }),
        updateTime: row.updatedAt,
      })),
  };
}

/** `balance`. */
export function balanceWords(exchange: LoopbackExchange): readonly WireObject[] {
  const [asset] = accountWords(exchange, 3).assets as readonly WireObject[];
  return [
    {
      accountAlias: 'loopback',
      asset: 'USDT',
      balance: asset?.walletBalance,
      crossWalletBalance: asset?.walletBalance,
      crossUnPnl: asset?.unrealizedProfit,
      availableBalance: asset?.availableBalance,
      maxWithdrawAmount: asset?.availableBalance,
      marginAvailable: true,
      updateTime: exchange.now(),
    },
  ];
}

function totalsOf(wallet: Decimal, profit: Decimal, margin: Decimal) {
  const equity = wallet.plus(profit);
  const available = toDecimalString(equity.minus(margin).round(8));
  return {
    walletBalance: toDecimalString(wallet),
    unrealizedProfit: toDecimalString(profit),
    marginBalance: toDecimalString(equity),
    initialMargin: toDecimalString(margin.round(8)),
    positionInitialMargin: toDecimalString(margin.round(8)),
    openOrderInitialMargin: '0',
    crossWalletBalance: toDecimalString(wallet),
    crossUnPnl: toDecimalString(profit),
    availableBalance: available,
    maxWithdrawAmount: available,
  };
}

/** What a row is worth at the mark price. */
export function worthOf(
  exchange: LoopbackExchange,
  row: HeldRow,
): {
  readonly amount: Decimal;
  readonly mark: Decimal;
  readonly notional: Decimal;
  readonly profit: Decimal;
} {
  const instrument = exchange.orders.instrument(row.symbol);
  const amount = instrument.quantity(row.steps);
  const mark = instrument.price(exchange.orders.venue.price(row.symbol, 'MARK') ?? 0);
  return {
    amount,
    mark,
    notional: amount.times(mark),
    profit: mark.minus(row.entryPrice).times(amount).round(8),
  };
}
