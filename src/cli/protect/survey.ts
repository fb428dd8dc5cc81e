import { inTime } from '../../execution/in-time.js';
import { normaliseAll, normalisePrice } from '../../execution/normalise-reports.js';
import type { Decimal } from '../../model/decimal.js';
import { type Instrument, instrumentFrom } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import { configuredPlan } from '../../model/settings.js';
import type { Clock } from '../../ports/clock.js';
import type { ExchangeAdapter } from '../../ports/exchange-adapter.js';
import type { AccountReader } from '../live-config/account-reader.js';
import type { LiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { type CoverReport, readCover } from '../verify/verify.js';
import { type MissingExit, missingExits } from './missing-exits.js';

/** What covers the account, and what is missing. Stops of all symbols come before any take-profit. */
export interface Survey {
  readonly cover: CoverReport;
  readonly missing: readonly MissingExit[];
}

/** Reads everything. Rejects when anything could not be read. */
export async function survey(
  reader: AccountReader,
  live: LiveConfig,
  host: LiveHost,
): Promise<Survey> {
  const { report, store, settings } = await readCover(reader, live, host);
  const { exchange } = reader;
  const missing: MissingExit[] = [];
  const instruments = new Map<string, Instrument>();
  for (const cover of report.positions) {
    const { symbol, side } = cover;
    const plan = configuredPlan(settings, symbol);
    const tranches = (store?.tranches ?? []).filter(
      (tranche) => tranche.symbol === symbol && tranche.side === side,
    );
    const instrument =
      instruments.get(symbol) ??
      instrumentFrom(await inTime(host.clock, () => exchange.fetchInstrument(symbol)));
    instruments.set(symbol, instrument);
    const venue = traitsOf(exchange);
    const prices = await pricesOf(exchange, symbol, host.clock);
    missing.push(...missingExits({ cover, tranches, plan, instrument, venue, prices }));
  }
  const isStop = ({ role }: MissingExit): boolean => role === 'stop-loss';
  return {
    cover: report,
    missing: [...missing.filter(isStop), ...missing.filter((row) => !isStop(row))],
  };
}

async function pricesOf(
  exchange: ExchangeAdapter,
  symbol: string,
  clock: Clock,
): Promise<ReadonlyMap<PriceSource, Decimal>> {
  const rows = await inTime(clock, async () => (await exchange.fetchPrices?.(symbol)) ?? []);
  const prices = normaliseAll(rows, 'prices', (row, name) => normalisePrice(row, symbol, name));
  return new Map(prices.map(({ source, price }) => [source, price]));
}

function traitsOf({ capabilities, placeOrders }: ExchangeAdapter) {
  const { severalStops, countsRestingReduceOnly, minNotionalOnExits, orderKinds } = capabilities;
  const { maxProtectiveOrders } = capabilities;
  return {
    severalStops,
    countsRestingReduceOnly,
    minNotionalOnExits,
    orderKinds,
    maxProtectiveOrders,
    batchSize: placeOrders ? capabilities.batchSize : 1,
  };
}
