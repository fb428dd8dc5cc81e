export type OrderSide = 'BUY' | 'SELL';
export type PositionSide = 'LONG' | 'SHORT';
/** Position side as exchanges write it: `BOTH` in one-way mode. */
export type WirePositionSide = PositionSide | 'BOTH';
export type PositionMode = 'hedge' | 'one-way';

/** Side of the orders that open or grow a position of this side. */
export function entrySideOf(side: PositionSide): OrderSide {
  return side === 'LONG' ? 'BUY' : 'SELL';
}

/** Side of the orders that reduce a position of this side. */
export function exitSideOf(side: PositionSide): OrderSide {
  return side === 'LONG' ? 'SELL' : 'BUY';
}

/** The position side that an order of this side opens. */
export function openedSideOf(side: OrderSide): PositionSide {
  return side === 'BUY' ? 'LONG' : 'SHORT';
}

export function oppositeOf(side: PositionSide): PositionSide {
  return side === 'LONG' ? 'SHORT' : 'LONG';
}
