import type { FillEvidence } from '../model/fill.js';
import type { AccountView } from '../model/input.js';
import type { Clock } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { RequestScheduler } from '../ports/request-scheduler.js';
import type { FundingReader } from './funding-reader.js';
import { inTime } from './in-time.js';
import {
  normaliseAll,
  normaliseFill,
  normaliseOrder,
  normalisePosition,
} from './normalise-reports.js';
import type { VenueClock } from './venue-clock.js';

export interface AccountReadRequest {
  readonly exchange: ExchangeAdapter;
  readonly scheduler: RequestScheduler;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly boot: boolean;
  /** Symbols whose fills are wanted, with the time since when; `null` = from the exchange's time now. */
  readonly symbols: ReadonlyMap<string, number | null>;
  /** What has been read of funding by the end is part of the view; nothing waits for it. */
  readonly funding: Pick<FundingReader, 'take'>;
  /** Input count of the core when the reads began. */
  readonly startedAt: number;
}

/**
 * Reads everything that a comparison needs. Complete or rejected: a part that failed is never taken for "none".
 */
export async function readAccount(request: AccountReadRequest): Promise<AccountView> {
  const { exchange, scheduler, clock, symbols } = request;
  const read = <Result>(task: () => Promise<Result>): Promise<Result> =>
    scheduler.read(() => inTime(clock, task));
  const venueTime = await askVenueTime(request);
  const [orders, positions, fills] = await Promise.all([
    read(() => exchange.fetchOpenOrders()),
    read(() => exchange.fetchPositions()),
    readFills(request),
  ]);
  const now = clock.now();
  return {
    boot: request.boot,
    openOrders: normaliseAll(orders, 'open orders', normaliseOrder),
    positions: normaliseAll(positions, 'positions', (row, name) =>
      normalisePosition(row, now, name),
    ),
    fills,
    symbols: [...symbols.keys()],
    funding: request.funding.take(),
    venueTime,
    startedAt: request.startedAt,
  };
}

async function readFills({
  exchange,
  scheduler,
  clock,
  symbols,
}: AccountReadRequest): Promise<readonly FillEvidence[]> {
  const perSymbol = await Promise.all(
    [...symbols].map(async ([symbol, since]) => {
      if (since === null) return [];
      const rows = await scheduler.read(() =>
        inTime(clock, () => exchange.fetchFills(symbol, since)),
      );
      return normaliseAll(rows, `fills of ${symbol}`, normaliseFill);
    }),
  );
  /** Oldest first over all symbols; the exchange's order within one moment is kept. */
  return perSymbol.flat().sort((a, b) => a.time - b.time);
}

/** What the exchange's clock says, or ours when it does not tell. */
export async function askVenueTime(
  request: Pick<AccountReadRequest, 'exchange' | 'scheduler' | 'clock' | 'venueClock'>,
): Promise<number> {
  const { exchange, scheduler, clock, venueClock } = request;
  const ask = exchange.fetchServerTime?.bind(exchange);
  if (ask === undefined) return venueClock.now();
  return venueClock.measure(() => scheduler.read(() => inTime(clock, () => ask())));
}
