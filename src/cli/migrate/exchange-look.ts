import { isMonitorError } from '../../errors/position-monitor-error.js';
import { inTime } from '../../execution/in-time.js';
import { normaliseAll, normalisePrice } from '../../execution/normalise-reports.js';
import { IMPORT_LOOKS_MAX } from '../../limits.js';
import type { Decimal } from '../../model/decimal.js';
import { type Instrument, instrumentFrom } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import type { PositionMode } from '../../model/side.js';
import type { StoreIdentity } from '../../ports/store.js';
import { type AccountPicture, AccountReader } from '../live-config/account-reader.js';
import type { LiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import type { TranslatedSettings } from './settings/translate-old-settings.js';

/** An account as it was read. */
export interface AccountLook extends AccountPicture {
  readonly state: 'read';
  readonly owner: Pick<StoreIdentity, 'exchangeId' | 'accountId' | 'mode'>;
  readonly positionMode: PositionMode;
  /** The exchange's time at which nothing had changed since the positions were read: later fills are not in them. */
  readonly venueTime: number;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly prices: ReadonlyMap<string, ReadonlyMap<PriceSource, Decimal>>;
  /** Symbols that do not trade there: a monitor whose settings name one does not start. */
  readonly unlisted: readonly string[];
}

/** What an exchange could tell. `simulation`: what is held is in the memory of some process. */
export type ExchangeLook =
  | AccountLook
  | { readonly state: 'unnamed' | 'simulation' }
  | { readonly state: 'unreachable'; readonly detail: string };

/**
 * Looks at the account that the settings name. Reads only. Never throws: what keeps the answer away is the answer.
 *
 * @param symbolsOf whose filters and prices are wanted, once the account's mode is known
 */
export async function lookAtExchange(
  settings: TranslatedSettings,
  file: string,
  host: LiveHost,
  symbolsOf: (mode: PositionMode) => readonly string[],
): Promise<ExchangeLook> {
  const { config, resolved } = settings;
  const { exchange } = resolved;
  if (exchange === null) return { state: 'unnamed' };
  if (exchange.id === 'paper' || resolved.simulateOnly) return { state: 'simulation' };
  const live: LiveConfig = { file, config, resolved, exchange, storePath: null, warnings: [] };
  try {
    return await AccountReader.with(live, host, (reader) => look(reader, host, symbolsOf));
  } catch (error) {
    const detail = isMonitorError(error) || error instanceof Error ? error.message : String(error);
    return { state: 'unreachable', detail };
  }
}

async function look(
  reader: AccountReader,
  host: LiveHost,
  symbolsOf: (mode: PositionMode) => readonly string[],
): Promise<AccountLook> {
  const { exchange, account } = reader;
  const { picture, venueTime } = await settledPicture(reader, host);
  const held = picture.positions.filter(({ quantity }) => quantity.gt(0));
  const symbols = new Set([
    ...symbolsOf(account.positionMode),
    ...held.map(({ symbol }) => symbol),
  ]);
  const instruments = new Map<string, Instrument>();
  const prices = new Map<string, ReadonlyMap<PriceSource, Decimal>>();
  const unlisted: string[] = [];
  for (const symbol of symbols) {
    try {
      const filters = await inTime(host.clock, () => exchange.fetchInstrument(symbol));
      instruments.set(symbol, instrumentFrom({ ...filters, symbol }));
    } catch (error) {
      if (isMonitorError(error) && error.code === 'INSTRUMENT_UNSUPPORTED') {
        unlisted.push(symbol);
        continue;
      }
      throw error;
    }
    const rows = await inTime(host.clock, async () => (await exchange.fetchPrices?.(symbol)) ?? []);
    const read = normaliseAll(rows, 'prices', (row, name) => normalisePrice(row, symbol, name));
    prices.set(symbol, new Map(read.map(({ source, price }) => [source, price])));
  }
  return {
    state: 'read',
    ...picture,
    owner: {
      exchangeId: exchange.id,
      accountId: account.accountId,
      mode: exchange.capabilities.live ? 'live' : 'simulated',
    },
    positionMode: account.positionMode,
    venueTime,
    instruments,
    prices,
    unlisted,
  };
}

/** Positions before and after the exchange's time: only where nothing changed does the time stand for them. */
async function settledPicture(reader: AccountReader, { clock }: LiveHost) {
  let before = await reader.picture();
  for (let looks = 1; ; looks += 1) {
    const { exchange } = reader;
    const venueTime = await inTime(
      clock,
      async () => (await exchange.fetchServerTime?.()) ?? clock.now(),
    );
    const picture = await reader.picture();
    if (substanceOf(picture) === substanceOf(before) || looks >= IMPORT_LOOKS_MAX) {
      return { picture, venueTime };
    }
    before = picture;
  }
}

/** What is held, as text that can be compared. */
export function substanceOf({ positions }: Pick<AccountPicture, 'positions'>): string {
  return JSON.stringify(
    positions
      .filter(({ quantity }) => quantity.gt(0))
      .map(({ symbol, side, quantity }) => `${symbol}|${side}|${quantity.toFixed()}`)
      .sort(),
  );
}
