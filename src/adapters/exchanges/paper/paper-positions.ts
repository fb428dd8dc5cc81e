import { invariant } from '../../../errors/invariant.js';
import { type Decimal, minDecimal, toDecimalString, ZERO } from '../../../model/decimal.js';
import type {
  OrderSide,
  PositionMode,
  PositionSide,
  WirePositionSide,
} from '../../../model/side.js';
import type { PositionStatusReport } from '../../../ports/exchange-adapter.js';

/** One execution, as it changes a position. */
export interface PositionChange {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly time: number;
}

/** An execution that happened elsewhere. */
export interface ForeignChange extends PositionChange {
  readonly reduceOnly: boolean;
}

/**
 * What the paper account holds. Hedge mode keeps two sides apart, one-way mode nets them.
 *
 * Quantities are signed inside: LONG above zero, SHORT below.
 */
export class PaperPositions {
  readonly #mode: PositionMode;
  readonly #slots = new Map<string, Slot>();

  constructor(mode: PositionMode) {
    this.#mode = mode;
  }

  /** How much an order of this side can still take out. */
  reducible(symbol: string, side: OrderSide, positionSide: WirePositionSide): Decimal {
    const held = this.#slots.get(this.#keyOf(symbol, positionSide))?.quantity ?? ZERO;
    return side === 'SELL' ? (held.gt(0) ? held : ZERO) : held.lt(0) ? held.abs() : ZERO;
  }

  /** Books an execution. Returns every side that it changed, flat ones with quantity 0. */
  apply(change: PositionChange): readonly PositionStatusReport[] {
    const { symbol, side, positionSide, price, time } = change;
    const slot = this.#slotOf(symbol, positionSide);
    const delta = side === 'BUY' ? change.quantity : change.quantity.times(-1);
    const before = slot.quantity;
    const after = before.plus(delta);
    const grows = before.eq(0) || before.gt(0) === delta.gt(0);
    const flips = !grows && !after.eq(0) && after.gt(0) !== before.gt(0);
    if (before.eq(0) || flips) {
      slot.entryPrice = price;
      slot.cost = price.times(after);
    } else if (grows) {
      slot.cost = slot.cost.plus(price.times(delta));
      slot.entryPrice = slot.cost.div(after);
    } else {
      // Leaving does not change what the rest cost to enter.
      slot.cost = slot.entryPrice.times(after);
    }
    slot.quantity = after;
    invariant(
      slot.side === 'BOTH' || after.eq(0) || after.gt(0) === (slot.side === 'LONG'),
      `the paper position ${symbol} ${slot.side} keeps its side`,
    );
    const reports: PositionStatusReport[] = [];
    if (!before.eq(0) && (after.eq(0) || flips)) {
      reports.push({ symbol, side: sideOf(before), quantity: '0', time });
    }
    if (!after.eq(0)) reports.push({ ...describeSlot(slot), time });
    return reports;
  }

  /**
   * Books what happened elsewhere: the part of a reducing execution that exceeds the position is left out.
   * Position sides of the other mode are understood.
   */
  applyForeign(change: ForeignChange): readonly PositionStatusReport[] {
    const { symbol, side, reduceOnly } = change;
    const positionSide = this.#translated(change);
    const isExit =
      this.#mode === 'hedge'
        ? isExitOf(side, positionSide)
        : reduceOnly || isExitOf(side, change.positionSide);
    const quantity = isExit
      ? minDecimal(change.quantity, this.reducible(symbol, side, positionSide))
      : change.quantity;
    return quantity.eq(0) ? [] : this.apply({ ...change, positionSide, quantity });
  }

  /** Sides that are not flat. */
  held(symbol?: string): readonly PositionStatusReport[] {
    const reports: PositionStatusReport[] = [];
    for (const slot of this.#slots.values()) {
      if (slot.quantity.eq(0) || (symbol !== undefined && slot.symbol !== symbol)) continue;
      reports.push(describeSlot(slot));
    }
    return reports;
  }

  #translated(change: ForeignChange): WirePositionSide {
    if (this.#mode === 'one-way') return 'BOTH';
    if (change.positionSide !== 'BOTH') return change.positionSide;
    return (change.side === 'BUY') === change.reduceOnly ? 'SHORT' : 'LONG';
  }

  #keyOf(symbol: string, positionSide: WirePositionSide): string {
    return this.#mode === 'one-way' ? `${symbol}|BOTH` : `${symbol}|${positionSide}`;
  }

  #slotOf(symbol: string, positionSide: WirePositionSide): Slot {
    const key = this.#keyOf(symbol, positionSide);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      const side = this.#mode === 'one-way' ? 'BOTH' : positionSide;
      slot = { symbol, side, quantity: ZERO, cost: ZERO, entryPrice: ZERO };
      this.#slots.set(key, slot);
    }
    return slot;
  }
}

/** Whether an order of this side can only reduce that position side (hedge mode). */
export function isExitOf(side: OrderSide, positionSide: WirePositionSide): boolean {
  return positionSide !== 'BOTH' && (side === 'SELL') === (positionSide === 'LONG');
}

interface Slot {
  readonly symbol: string;
  readonly side: WirePositionSide;
  /** Signed. */
  quantity: Decimal;
  /** Entry price * signed quantity. */
  cost: Decimal;
  /** Average; divided when the position grows and never otherwise. */
  entryPrice: Decimal;
}

function sideOf(quantity: Decimal): PositionSide {
  return quantity.gt(0) ? 'LONG' : 'SHORT';
}

function describeSlot(slot: Slot): PositionStatusReport {
  return {
    symbol: slot.symbol,
    side: sideOf(slot.quantity),
    quantity: toDecimalString(slot.quantity.abs()),
    ...(slot.entryPrice.gt(0) && { entryPrice: toDecimalString(slot.entryPrice) }),
  };
}
