import { describe, expect, it } from 'vitest';
import { readIncome } from '../../../src/adapters/exchanges/binance-dialect/codec/income.js';
import { normaliseFunding } from '../../../src/execution/normalise-reports.js';

const ROW = {
  symbol: 'BTCUSDT',
  incomeType: 'FUNDING_FEE',
  income: '-0.37500000',
  asset: 'USDT',
  info: 'FUNDING_FEE',
  time: 1_616_803_201_000,
  tranId: '4279800825972286050',
  tradeId: '',
};
const only = (more: object) => readIncome([{ ...ROW, ...more }]).funding[0];

describe('income', () => {
  it('that is funding is told as what was paid, under its transaction', () => {
    expect(readIncome([ROW])).toEqual({
      rows: 1,
      funding: [
        {
          symbol: 'BTCUSDT',
          id: '4279800825972286050',
          amount: '0.375',
          time: 1_616_803_201_000,
        },
      ],
    });
    expect(only({ income: '0.00104193', tranId: 9_689_322_392 })).toMatchObject({
      amount: '-0.00104193',
      id: '9689322392',
    });
    expect(only({ income: '0.00000000' })?.amount).toBe('0');
    expect(normaliseFunding(only({}), 'BTCUSDT')).toMatchObject({ side: null });
  });

  it('of other kinds, and in assets that are not the quote, is left out and counted all the same', () => {
    const page = readIncome([
      { ...ROW, incomeType: 'COMMISSION' },
      { ...ROW, symbol: '', incomeType: 'TRANSFER' },
      { ...ROW, asset: 'BNB' },
      { ...ROW, asset: 'BNFCR' },
      ROW,
    ]);
    expect(page.rows).toBe(5);
    expect(page.funding).toHaveLength(1);
  });

  it.each([
    ['is no list', { rows: [] }, /expected a list/],
    ['has a row that is none', [null], /income/],
    ['has no kind', [{ ...ROW, incomeType: undefined }], /incomeType/],
    ['has no symbol', [{ ...ROW, symbol: '' }], /symbol/],
    ['has no amount', [{ ...ROW, income: 'much' }], /income/],
    ['has no transaction', [{ ...ROW, tranId: undefined }], /tranId/],
    ['has lost digits of it', [{ ...ROW, tranId: 2 ** 60 }], /tranId/],
    ['has no asset', [{ ...ROW, asset: undefined }], /asset/],
    ['has no time', [{ ...ROW, time: 'soon' }], /time/],
  ])('that %s is refused', (_what, body, message) => {
    expect(() => readIncome(body)).toThrow(message);
    expect(() => readIncome(body)).toThrow(
      expect.objectContaining({ code: 'EXCHANGE_PROTOCOL', outcome: 'unknown' }),
    );
  });
});
