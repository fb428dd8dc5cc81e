import { describe, expect, it } from 'vitest';
import { configOf, missing, recorded, replayed } from './run-cli.js';

const TRADES = 'ticks/binance-usdm-btcusdt-20240808-trades.csv.gz';
const BARS = 'ohlcv/binance-usdm-adausdt-trade-1m-20221213.csv.gz';
const QUOTES = 'ohlcv/binance-usdm-adausdt-quote-1m-20221213.csv.gz';
const SECONDS = 'ohlcv/coinbase-spot-btcusd-trade-1s-20161007.csv.gz';
const PERP = 'copyleft/ohlcv/ftx-btc_perp-1m-20220120.csv.gz';
const FRAMES = 'ws/binance-usdm-btcusdt-20240808-trade+bookTicker.jsonl.gz';
const ALTS = 'ws/binance-usdm-alts-20210722-aggTrade+bookTicker.jsonl.gz';
const ALL = [TRADES, BARS, QUOTES, SECONDS, PERP, FRAMES, ALTS];

const ADA = configOf('ADAUSDT', { takeProfitPct: 2, stopLossPct: 1 }, '0.0001', '1');

// The recordings stand beside the checkout, not in it: a clone elsewhere has none.
describe.skipIf(missing(...ALL))(
  'replay of real recordings (skipped without ../shared/data)',
  () => {
    it('stops a LONG out of trades where the hand-made computation does', async () => {
      const { rows, entries } = await replayed({
        ticks: recorded(TRADES),
        config: configOf('BTCUSDT', { takeProfitPct: 0.1, stopLossPct: 0.05 }),
        entries: [{ id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 }],
      });
      expect(rows).toBe(21_313);
      expect(entries).toMatchObject([
        {
          id: 'a',
          side: 'LONG',
          entryPrice: '61800.3',
          legs: [
            {
              portion: '1',
              reason: 'stop-loss',
              row: 3428,
              time: 1_723_161_348_374,
              level: '61769.4',
              price: '61768.9',
            },
          ],
          realizedPnl: '-0.314',
          fees: '0',
        },
      ]);
    });

    it('finds both exits in the closes of a day of bars', async () => {
      const { rows, entries, stats } = await replayed({
        ticks: recorded(BARS),
        config: ADA,
        entries: [
          { id: 'long', symbol: 'ADAUSDT', side: 'LONG', quantity: 100, row: 0 },
          { id: 'short', symbol: 'ADAUSDT', side: 'SHORT', quantity: 100, row: 0 },
        ],
        options: ['--bars', 'close'],
      });
      expect(rows).toBe(1_440);
      expect(entries.map(({ entryPrice }) => entryPrice)).toEqual(['0.3068', '0.3068']);
      expect(entries.map(({ legs }) => legs)).toMatchObject([
        [{ reason: 'stop-loss', row: 234, level: '0.3038', price: '0.3037' }],
        // The limit that rests at the level fills at its own price, though the row went further.
        [{ reason: 'take-profit', row: 434, level: '0.3007', price: '0.3007' }],
      ]);
      expect(stats.hitRates).toEqual({ 'stop-loss': 0.5, 'take-profit': 0.5 });
    });

    it('enters at the far side of the quote and is judged on the near one', async () => {
      const { rows, entries } = await replayed({
        ticks: recorded(QUOTES),
        config: ADA,
        entries: [
          { id: 'long', symbol: 'ADAUSDT', side: 'LONG', quantity: 100, row: 0 },
          { id: 'short', symbol: 'ADAUSDT', side: 'SHORT', quantity: 100, row: 0 },
        ],
      });
      expect(rows).toBe(1_100);
      expect(entries.map(({ entryPrice }) => entryPrice)).toEqual(['0.3068', '0.3067']);
      expect(entries.flatMap(({ legs }) => legs.map(({ row }) => row))).toEqual([614, 1_086]);
    });

    it.each([
      [BARS, 'ADAUSDT', '0.0001'],
      [QUOTES, 'ADAUSDT', '0.0001'],
      [SECONDS, 'BTCUSD', '0.01'],
      [PERP, 'BTC-PERP', '1'],
    ])('runs %s in both bar modes', async (name, symbol, tick) => {
      for (const mode of ['path', 'close']) {
        const entries = [0, 100].flatMap((row) =>
          (['LONG', 'SHORT'] as const).map((side) => ({
            id: `${side}-${row}`,
            symbol,
            side,
            quantity: 1,
            row,
            tranche: 'new',
          })),
        );
        const result = await replayed({
          ticks: recorded(name),
          config: configOf(symbol, { takeProfitPct: 1, stopLossPct: 0.5 }, tick, '1'),
          entries,
          options: ['--bars', mode],
        });
        expect(result.entries).toHaveLength(4);
        for (const { legs, trancheId } of result.entries) {
          expect(trancheId).not.toBeNull();
          expect(legs).toHaveLength(1);
        }
        expect(result.stats.warnings).toEqual([]);
      }
    });

    it('reads the book-ticker frames of a recording and counts no others', async () => {
      const { rows, entries } = await replayed({
        ticks: recorded(FRAMES),
        config: configOf('BTCUSDT', { takeProfitPct: 0.1, stopLossPct: 0.05 }),
        entries: [
          { id: 'a', symbol: 'BTCUSDT', side: 'LONG', quantity: '0.01', row: 0 },
          { id: 'b', symbol: 'BTCUSDT', side: 'SHORT', quantity: '0.01', row: 0 },
        ],
      });
      expect(rows).toBe(66_089);
      expect(entries).toMatchObject([
        { entryPrice: '61800.3', legs: [{ reason: 'stop-loss', row: 16_868, price: '61761' }] },
        { entryPrice: '61800.2', legs: [{ reason: 'stop-loss', row: 4_703, price: '61832.4' }] },
      ]);
    });

    it('takes the symbol of the entries out of a recording of several', async () => {
      const { rows, symbol } = await replayed({
        ticks: recorded(ALTS),
        symbol: 'SUSHIUSDT',
        config: configOf('SUSHIUSDT', { stopLossPct: 1 }, '0.001', '1'),
        entries: [{ id: 'a', symbol: 'SUSHIUSDT', side: 'LONG', quantity: 1, row: 0 }],
      });
      expect(symbol).toBe('SUSHIUSDT');
      expect(rows).toBeGreaterThan(100);
    });
  },
);
