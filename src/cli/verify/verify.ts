import { type CoreSettings, configuredPlan } from '../../model/settings.js';
import type { PositionMode } from '../../model/side.js';
import { coreSettingsFor } from '../../monitor/config/resolved-config.js';
import { AccountReader } from '../live-config/account-reader.js';
import type { LiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import { measureCover, type SideCover } from './measure-cover.js';
import { readStoreGuards, type StoreGuards } from './store-guards.js';

/** What `verify --json` prints. */
export interface CoverReport {
  /** Everything held that wants a stop is covered by resting stops, or by the guards of a `run` that beats. */
  readonly protected: boolean;
  /** The same by resting stops alone. */
  readonly protectedIfCrashed: boolean;
  readonly exchange: string;
  readonly account: string;
  readonly positionMode: PositionMode;
  /** Wall ms at which the exchange was read. */
  readonly checkedAt: number;
  /** `null` without a store, or when there is none at its path. */
  readonly store: {
    readonly path: string;
    readonly isWriterPresent: boolean;
    readonly isRunBeating: boolean;
  } | null;
  readonly positions: readonly SideCover[];
}

/** A report, with what it was made from. */
export interface CoverReading {
  readonly report: CoverReport;
  readonly store: StoreGuards | null;
  readonly settings: CoreSettings;
}

/** Asks the exchange what is held and what covers it. Rejects when anything could not be read. */
export function verify(live: LiveConfig, host: LiveHost): Promise<CoverReport> {
  return AccountReader.with(live, host, async (reader) => {
    const { report } = await readCover(reader, live, host);
    return report;
  });
}

/** The same over a connection that stands. A gap is looked at twice: a fill may lie between two reads. */
export async function readCover(
  reader: AccountReader,
  live: LiveConfig,
  host: LiveHost,
): Promise<CoverReading> {
  const first = await lookOnce(reader, live, host);
  if (first.report.protected) return first;
  await reader.pause();
  return lookOnce(reader, live, host);
}

async function lookOnce(
  reader: AccountReader,
  live: LiveConfig,
  host: LiveHost,
): Promise<CoverReading> {
  const store = await guardsOf(reader, live, host);
  const picture = await reader.picture();
  const { positionMode, accountId } = reader.account;
  const { pricesConfirmThemselves } = reader.exchange.capabilities;
  const settings = coreSettingsFor(live.resolved, { positionMode, pricesConfirmThemselves });
  const positions = measureCover(picture, store, (symbol) => configuredPlan(settings, symbol));
  const report = {
    protected: positions.every(({ uncovered }) => uncovered === '0'),
    protectedIfCrashed: positions.every(
      ({ uncovered, local }) => uncovered === '0' && local === '0',
    ),
    exchange: reader.exchange.id,
    account: accountId,
    positionMode,
    checkedAt: picture.checkedAt,
    store: store && {
      path: store.path,
      isWriterPresent: store.isWriterPresent,
      isRunBeating: store.isBeating,
    },
    positions,
  };
  return { report, store, settings };
}

function guardsOf(
  { exchange, account }: AccountReader,
  { storePath, resolved }: LiveConfig,
  { clock }: LiveHost,
): Promise<StoreGuards | null> {
  if (storePath === null) return Promise.resolve(null);
  const identity = {
    exchangeId: exchange.id,
    accountId: account.accountId,
    mode: exchange.capabilities.live ? 'live' : 'simulated',
    instanceId: resolved.instanceId,
  } as const;
  return readStoreGuards(storePath, identity, () => clock.now());
}
