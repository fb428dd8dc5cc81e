import { type DecimalInput, decimal, toDecimalString } from '../../model/decimal.js';
import type { PositionSide, WirePositionSide } from '../../model/side.js';
import type { LoopbackExchange } from './loopback-exchange.js';

/** What else is known of a payment of funding. */
export interface FundingTerms {
  /** ms; default: now. */
  readonly time?: number;
  /** Default: what the contract is quoted in. */
  readonly asset?: string;
}

/** Margin, leverage, liquidation and funding of the account: none of it is computed, all of it is set. */
export class AccountControl {
  readonly #exchange: LoopbackExchange;

  constructor(exchange: LoopbackExchange) {
    this.#exchange = exchange;
  }

  /**
   * Where the exchange says that a side is liquidated, from now on. No stream tells it, as at the real exchange: it is
   * read, e.g. after an event of {@link setLeverage}.
   *
   * @param price `null` = nowhere
   * @throws WireRefusal for a symbol that does not trade here
   */
  setLiquidationPrice(symbol: string, side: PositionSide, price: DecimalInput | null): void {
    this.#exchange.book.setLiquidationPrice(
      this.#exchange.input(symbol).symbol,
      side,
      decimal(price ?? 0),
    );
  }

  /** Somebody changes the leverage; the account stream tells it. @throws WireRefusal */
  setLeverage(symbol: string, leverage: number): void {
    this.#exchange.book.setting(this.#exchange.input(symbol).symbol).leverage = leverage;
    this.#exchange.onNews({ kind: 'leverage', symbol, leverage });
  }

  /** Somebody adds or takes margin; the account stream tells it. */
  moveMargin(symbol: string, side: PositionSide): void {
    const reason = 'MARGIN_TRANSFER';
    this.#exchange.onNews({ kind: 'margin', symbol, side: this.#sideOf(side), reason });
  }

  /** The exchange warns that a side is near its liquidation. */
  callMargin(symbol: string, side: PositionSide): void {
    this.#exchange.onNews({ kind: 'margin-call', symbol, side: this.#sideOf(side) });
  }

  /**
   * Funding is paid (above zero) or received (below): it is among the income, and the account stream tells that the
   * balance changed.
   *
   * @throws WireRefusal for a symbol that does not trade here
   */
  payFunding(symbol: string, amount: DecimalInput, terms: FundingTerms = {}): void {
    const { quoteAsset = 'USDT' } = this.#exchange.input(symbol);
    const { asset = quoteAsset, time = this.#exchange.now() } = terms;
    const change = decimal(amount).times(-1);
    this.#exchange.book.bookFunding({ symbol, income: change, asset, time });
    this.#exchange.onNews({ kind: 'funding', change: toDecimalString(change) });
  }

  #sideOf(side: PositionSide): WirePositionSide {
    return this.#exchange.positionMode === 'hedge' ? side : 'BOTH';
  }
}
