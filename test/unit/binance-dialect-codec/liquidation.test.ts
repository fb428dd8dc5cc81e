import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPositions } from '../../../src/adapters/exchanges/binance-dialect/codec/account.js';
import { readUserEvent } from '../../../src/adapters/exchanges/binance-dialect/codec/user-events.js';
import { normalisePosition } from '../../../src/execution/normalise-reports.js';

const SAMPLES = new URL(
  '../../../../shared/data/rest/binance-usdm-rest-docs.jsonl',
  import.meta.url,
);
const REASON = 'needs ../shared/data, which is not part of the repository';
const ROW = {
  symbol: 'BTCUSDT',
  positionSide: 'LONG',
  positionAmt: '0.5',
  entryPrice: '45000',
  markPrice: '45100.5',
};

function liquidationOf(more: object): unknown {
  const [first, ...others] = readPositions([{ ...ROW, ...more }]);
  expect(others).toEqual([]);
  return first?.liquidationPrice;
}

describe('the liquidation price of a position', () => {
  it('is told as it was written, without the zeros', () => {
    expect(liquidationOf({ liquidationPrice: '40123.45600000' })).toBe('40123.456');
    expect(liquidationOf({ liquidationPrice: 40_000 })).toBe('40000');
    const short = { positionSide: 'SHORT', positionAmt: '-0.5', liquidationPrice: '50000' };
    expect(liquidationOf(short)).toBe('50000');
  });

  it('belongs to the side that the sign tells in one-way mode', () => {
    const net = { positionSide: 'BOTH', positionAmt: '-0.5', liquidationPrice: '50000' };
    expect(readPositions([{ ...ROW, ...net }])).toEqual([
      expect.objectContaining({ side: 'SHORT', liquidationPrice: '50000' }),
    ]);
  });

  it.each(['0', '0.0', 0, '', undefined, null, '-3.5', 'none', {}, [], true])(
    '%j is none, and the position is read',
    (liquidationPrice) => {
      expect(liquidationOf({ liquidationPrice })).toBeUndefined();
    },
  );

  it('is none of a side that wins there: hedged cross margin shows one for both', () => {
    const rows = readPositions([
      { ...ROW, liquidationPrice: '40000' },
      { ...ROW, positionSide: 'SHORT', positionAmt: '-0.2', liquidationPrice: '40000' },
    ]);
    expect(rows.map(({ side, liquidationPrice }) => [side, liquidationPrice])).toEqual([
      ['LONG', '40000'],
      ['SHORT', undefined],
    ]);
    expect(liquidationOf({ liquidationPrice: '50000' })).toBeUndefined();
  });

  it('is told where the mark price is not', () => {
    expect(liquidationOf({ markPrice: undefined, liquidationPrice: '40000' })).toBe('40000');
    expect(liquidationOf({ markPrice: '0', liquidationPrice: '40000' })).toBe('40000');
  });

  it.skipIf(!existsSync(SAMPLES))(`of the documented answer is read (${REASON})`, () => {
    const told = readFileSync(SAMPLES, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"/fapi/v3/positionRisk"'))
      .flatMap((line) => readPositions((JSON.parse(line) as { response: unknown }).response))
      .map((row) => normalisePosition(row, 1));
    expect(told.map(({ side, liquidationPrice }) => `${side} ${liquidationPrice}`)).toEqual([
      'LONG 19731.45529116',
    ]);
  });
});

describe('events of the account', () => {
  const update = (m: unknown) => ({ e: 'ACCOUNT_UPDATE', E: 1, T: 1, a: { m, B: [], P: [] } });

  it.each([
    'MARGIN_TRANSFER',
    'MARGIN_TYPE_CHANGE',
    'DEPOSIT',
    'WITHDRAW',
    'FUNDING_FEE',
    'OF_TOMORROW',
  ])('for the reason %s move margin', (reason) => {
    expect(readUserEvent(update(reason))).toEqual({
      kind: 'positions',
      positions: [],
      marginMoved: true,
    });
  });

  it('that come with an order, or give no reason, do not', () => {
    expect(readUserEvent(update('ORDER'))).toMatchObject({ marginMoved: false });
    expect(readUserEvent(update(undefined))).toMatchObject({ marginMoved: false });
  });

  it('tell leverage apart from other settings', () => {
    const config = { e: 'ACCOUNT_CONFIG_UPDATE', E: 1, T: 1 };
    expect(readUserEvent({ ...config, ac: { s: 'BTCUSDT', l: 25 } })).toMatchObject({
      leverage: true,
    });
    expect(readUserEvent({ ...config, ai: { j: true } })).toMatchObject({ leverage: false });
  });
});
