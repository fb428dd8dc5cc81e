import { type Decimal, decimal, toDecimalString, ZERO } from '../../model/decimal.js';
import type { OrderSide, PositionSide, WirePositionSide } from '../../model/side.js';
import type { SimInstrument } from '../sim/sim-instrument.js';

/** One row of the account's positions. */
export interface HeldRow {
  readonly symbol: string;
  readonly positionSide: WirePositionSide;
  /** Steps; below zero for what is short. */
  steps: number;
  entryPrice: Decimal;
  updatedAt: number;
}

/** Settings of a symbol. */
export interface SymbolSetting {
  leverage: number;
  marginType: 'cross' | 'isolated';
}

/** One payment of funding, as the wire tells it. */
export interface FundingRecord {
  readonly tranId: number;
  readonly symbol: string;
  /** Paid is below zero. */
  readonly income: Decimal;
  readonly asset: string;
  /** ms */
  readonly time: number;
}

const FIRST_TRANSACTION_ID = 9_689_322_000;
const TAKER_FEE = decimal('0.0005');
const MAKER_FEE = decimal('0.0002');

/** What the account holds and owns: entry prices, realised profit, fees, balance, settings. */
export class AccountBook {
  wallet: Decimal;
  readonly funding: FundingRecord[] = [];
  readonly #liquidation = new Map<string, Decimal>();
  readonly #rows = new Map<string, HeldRow>();
  readonly #settings = new Map<string, SymbolSetting>();

  constructor(balance: Decimal) {
    this.wallet = balance;
  }

  setting(symbol: string): SymbolSetting {
    let setting = this.#settings.get(symbol);
    if (setting === undefined) {
      setting = { leverage: 20, marginType: 'cross' };
      this.#settings.set(symbol, setting);
    }
    return setting;
  }

  row(symbol: string, positionSide: WirePositionSide): HeldRow {
    const key = `${symbol}|${positionSide}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { symbol, positionSide, steps: 0, entryPrice: ZERO, updatedAt: 0 };
      this.#rows.set(key, row);
    }
    return row;
  }

  /** Where a side is liquidated; 0 = nowhere. */
  liquidationPrice(symbol: string, side: PositionSide): Decimal {
    return this.#liquidation.get(`${symbol}|${side}`) ?? ZERO;
  }

  setLiquidationPrice(symbol: string, side: PositionSide, price: Decimal): void {
    this.#liquidation.set(`${symbol}|${side}`, price);
  }

  /** Books a payment of funding: what is paid leaves the wallet. */
  bookFunding(payment: Omit<FundingRecord, 'tranId'>): void {
    const tranId = FIRST_TRANSACTION_ID + this.funding.length;
    this.funding.push({ ...payment, tranId });
    this.wallet = this.wallet.plus(payment.income);
  }

  get isFlat(): boolean {
    return [...this.#rows.values()].every(({ steps }) => steps === 0);
  }

  /** Books an execution. */
  apply(
    instrument: SimInstrument,
    fill: {
      readonly side: OrderSide;
      readonly positionSide: WirePositionSide;
      readonly quantity: number;
      readonly price: number;
      readonly isMaker: boolean;
      readonly time: number;
    },
  ): { readonly profit: string; readonly fee: string } {
    const row = this.row(instrument.symbol, fill.positionSide);
    const price = instrument.price(fill.price);
    const change = fill.side === 'BUY' ? fill.quantity : -fill.quantity;
    const isSame = row.steps === 0 || Math.sign(row.steps) === Math.sign(change);
    let profit = ZERO;
    if (isSame) {
      const cost = row.entryPrice.times(Math.abs(row.steps)).plus(price.times(fill.quantity));
      row.entryPrice = cost.div(Math.abs(row.steps) + fill.quantity);
    } else {
      const closed = Math.min(Math.abs(row.steps), fill.quantity);
      const gain = price.minus(row.entryPrice).times(Math.sign(row.steps));
      profit = gain.times(instrument.quantity(closed));
      if (fill.quantity > Math.abs(row.steps)) row.entryPrice = price;
    }
    row.steps += change;
    if (row.steps === 0) row.entryPrice = ZERO;
    row.updatedAt = fill.time;
    const notional = price.times(instrument.quantity(fill.quantity));
    const fee = notional.times(fill.isMaker ? MAKER_FEE : TAKER_FEE).round(8);
    this.wallet = this.wallet.plus(profit.round(8)).minus(fee);
    return { profit: toDecimalString(profit.round(8)), fee: toDecimalString(fee) };
  }
}
