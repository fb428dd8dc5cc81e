import { describe, expectTypeOf, it } from 'vitest';
import type { CodeOf } from '../../src/errors/codes.js';
import { ExchangeError } from '../../src/errors/exchange-error.js';
import { StoreError } from '../../src/errors/store-error.js';
import { type DecimalString, roundToIncrement } from '../../src/model/decimal.js';
import { type PositionId, positionIdOf, type TrancheId } from '../../src/model/ids.js';
import type { PriceSource } from '../../src/model/price.js';
import type { OrderSide, PositionSide } from '../../src/model/side.js';
import type { Clock } from '../../src/ports/clock.js';

describe('values', () => {
  it('takes numbers and strings, gives strings', () => {
    expectTypeOf(roundToIncrement).returns.toEqualTypeOf<DecimalString>();
    expectTypeOf(roundToIncrement).parameter(0).toEqualTypeOf<string | number>();
    // @ts-expect-error one of three ways, by name
    roundToIncrement('1', '1', 'up');
    // @ts-expect-error no other kind of number
    roundToIncrement(1n, '1', 'nearest');
  });

  it('keeps the words of sides and sources', () => {
    expectTypeOf<OrderSide>().toEqualTypeOf<'BUY' | 'SELL'>();
    expectTypeOf<PositionSide>().toEqualTypeOf<'LONG' | 'SHORT'>();
    expectTypeOf<PriceSource>().toEqualTypeOf<'LAST' | 'MARK' | 'INDEX' | 'BID' | 'ASK'>();
    // @ts-expect-error an order side is no position side
    positionIdOf('BTCUSDT', 'BUY');
  });

  it('keeps ids of different things apart', () => {
    expectTypeOf<PositionId>().toExtend<string>();
    expectTypeOf<PositionId>().not.toExtend<TrancheId>();
    // @ts-expect-error an id is made by its function, not from any string
    const id: TrancheId = 'BTCUSDT:LONG:1:0';
    expectTypeOf(id).toEqualTypeOf<TrancheId>();
  });
});

describe('errors', () => {
  it('carry codes of their family only', () => {
    expectTypeOf<'STORE_LOCKED'>().toExtend<CodeOf<'StoreError'>>();
    expectTypeOf<'STORE_LOCKED'>().not.toExtend<CodeOf<'ExchangeError'>>();
    expectTypeOf(new StoreError('STORE_LOCKED', 'held').outcome).toEqualTypeOf<
      'not-sent' | 'rejected' | 'unknown'
    >();
    // @ts-expect-error a code of another family
    new ExchangeError('STORE_LOCKED', 'held');
  });
});

describe('ports', () => {
  it('keeps timer handles opaque', () => {
    expectTypeOf<Clock['setTimer']>().returns.toBeUnknown();
  });
});
