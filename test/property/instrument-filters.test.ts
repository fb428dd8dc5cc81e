import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, roundDecimal } from '../../src/model/decimal.js';
import {
  type Instrument,
  type InstrumentInput,
  instrumentFrom,
} from '../../src/model/instrument.js';
import type { PlaceOrderRequest } from '../../src/ports/exchange-adapter.js';
import { CoreBench } from '../support/core-bench.js';

const FILE = new URL(
  '../../../shared/data/exchange/aster-futures-exchangeInfo-20260112.json.gz',
  import.meta.url,
);
const available = existsSync(FILE);

interface ExchangeSymbol {
  readonly symbol: string;
  readonly filters: readonly Readonly<Record<string, string>>[];
}

function instrumentInput({ symbol, filters }: ExchangeSymbol): InstrumentInput {
  const of = (type: string): Readonly<Record<string, string>> =>
    filters.find((filter) => filter.filterType === type) ?? {};
  const price = of('PRICE_FILTER');
  const lot = of('LOT_SIZE');
  const market = of('MARKET_LOT_SIZE');
  const band = of('PERCENT_PRICE');
  return {
    symbol,
    tickSize: price.tickSize ?? '0',
    minPrice: price.minPrice ?? '0',
    maxPrice: price.maxPrice ?? '0',
    stepSize: lot.stepSize ?? '0',
    minQty: lot.minQty ?? '0',
    maxQty: lot.maxQty ?? '0',
    marketStepSize: market.stepSize ?? '0',
    minMarketQty: market.minQty ?? '0',
    maxMarketQty: market.maxQty ?? '0',
    minNotional: of('MIN_NOTIONAL').notional ?? '0',
    priceBand: { up: band.multiplierUp ?? '2', down: band.multiplierDown ?? '0.5' },
  };
}

/** What a matching engine would object to; judged here from the filters alone. */
function objections(request: PlaceOrderRequest, rules: Instrument): string[] {
  const found: string[] = [];
  const quantity = decimal(request.quantity);
  const market = request.kind !== 'limit';
  const step = market ? rules.marketStepSize : rules.stepSize;
  const maximum = market ? rules.maxMarketQty : rules.maxQty;
  if (!quantity.mod(step).eq(0))
    found.push(`quantity ${request.quantity} is off the step ${step.toFixed()}`);
  if (quantity.lt(market ? rules.minMarketQty : rules.minQty))
    found.push('quantity below the minimum');
  if (maximum !== null && quantity.gt(maximum)) found.push('quantity above the maximum');
  for (const text of [request.price, request.triggerPrice]) {
    if (text === undefined) continue;
    const price = decimal(text);
    if (/[eE]/.test(text)) found.push(`${text} is no plain notation`);
    if (!price.minus(rules.minPrice).mod(rules.tickSize).eq(0))
      found.push(`price ${text} is off the tick`);
    if (price.lt(rules.minPrice) || (rules.maxPrice !== null && price.gt(rules.maxPrice))) {
      found.push(`price ${text} outside of the instrument`);
    }
  }
  return found;
}

/** A price in the middle of what the instrument allows, with more decimals than its tick has. */
function oddPrice(rules: Instrument, spread: number): Decimal {
  const ceiling = (rules.maxPrice ?? rules.tickSize.times(1_000_000)).times('0.4');
  const ticks = rules.tickSize.times(2_000 + 37 * spread);
  return (ticks.lt(ceiling) ? ticks : ceiling)
    .plus(rules.tickSize.times('0.37'))
    .plus(rules.minPrice);
}

describe.skipIf(!available)(
  'requests satisfy the filters of every real instrument (needs ../shared/data)',
  () => {
    const symbols: readonly ExchangeSymbol[] = available
      ? (
          JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8')) as {
            symbols: ExchangeSymbol[];
          }
        ).symbols
      : [];

    it('refuses an instrument that does not trade yet and has no tick', () => {
      const pending = symbols.find((symbol) => symbol.symbol === 'WIFUSDT');
      expect(pending).toBeDefined();
      expect(() => instrumentFrom(instrumentInput(pending as ExchangeSymbol))).toThrow(
        expect.objectContaining({ code: 'INSTRUMENT_UNSUPPORTED' }),
      );
    });

    it('in prices and quantities of stops, take-profits and closes', {
      timeout: 60_000,
    }, async () => {
      const tradable = symbols.filter((symbol) => symbol.symbol !== 'WIFUSDT');
      expect(tradable.length).toBeGreaterThan(280);
      const found: string[] = [];
      for (const [index, symbol] of tradable.entries()) {
        const input = instrumentInput(symbol);
        const rules = instrumentFrom(input);
        const bench = await CoreBench.started({
          instruments: [input],
          symbols: { '*': { takeProfitPct: '1.37', stopLossPct: '0.83' } },
        });
        const price = oddPrice(rules, index % 11);
        await bench.tick(Number(price), { symbol: symbol.symbol });
        const single = roundDecimal(decimal(50).div(price), rules.stepSize, 'ceil').plus(
          rules.minQty,
        );
        /** Above the market maximum: has to be split. */
        const large = rules.maxMarketQty === null ? single : rules.maxMarketQty.times('2.3');
        const positionSide = index % 2 === 0 ? 'LONG' : 'SHORT';
        const side = positionSide === 'LONG' ? 'BUY' : 'SELL';
        for (const quantity of [single, roundDecimal(large, rules.stepSize, 'floor')]) {
          await bench.fill(quantity.toFixed(), price.toFixed(), {
            symbol: symbol.symbol,
            side,
            positionSide,
          });
        }
        await bench.until(bench.monitor.closePosition(symbol.symbol));
        const requests = bench.exchange.calls.flatMap((call) =>
          call.call === 'place' ? call.orders : [],
        );
        expect(requests.map((request) => request.kind)).toEqual(
          expect.arrayContaining(['stop-market', 'limit', 'market']),
        );
        for (const request of requests) {
          for (const objection of objections(request, rules))
            found.push(`${symbol.symbol} ${request.kind}: ${objection}`);
        }
        expect(await bench.held(symbol.symbol), symbol.symbol).toBe('');
        await bench.until(bench.monitor.stop());
      }
      expect(found).toEqual([]);
    });
  },
);
