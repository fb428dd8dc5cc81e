import { existsSync } from 'node:fs';
import { openReadOnlySqlite } from '../../adapters/stores/sqlite/sqlite-store-reader.js';
import { ConfigError } from '../../errors/config-error.js';
import { StoreError } from '../../errors/store-error.js';
import { ValidationError } from '../../errors/validation-error.js';
import { AccountReader } from '../live-config/account-reader.js';
import type { LiveConfig } from '../live-config/live-config.js';
import type { LiveHost } from '../live-config/live-host.js';
import type { CoverReport } from '../verify/verify.js';
import { adoptAndPlace } from './adopt-and-place.js';
import type { MissingExit } from './missing-exits.js';
import { type PlacedExit, placeMissing } from './place-missing.js';
import { type Survey, survey } from './survey.js';

export interface ProtectOptions {
  readonly checkOnly: boolean;
  /** Do not ask. */
  readonly yes: boolean;
}

/** What `protect --json` prints. */
export interface ProtectResult {
  /** `checked`: nothing was placed because nothing was to be. */
  readonly did: 'checked' | 'placed' | 'declined';
  /** What was missing in the beginning. */
  readonly missing: readonly MissingExit[];
  /** Orders that were sent without a store, and what became of them. */
  readonly placed: readonly PlacedExit[];
  /** What is missing now. */
  readonly remaining: readonly MissingExit[];
  /** What covers the account now, read from the exchange after everything else. */
  readonly cover: CoverReport;
}

/**
 * Finds what is missing and places it, stops before take-profits; then looks again, at the exchange.
 *
 * @param show called with what is missing before anything is asked or placed
 * @throws StoreError `STORE_LOCKED` while another process holds the store · ValidationError `CONFIRMATION_MISSING`
 */
export async function protect(
  live: LiveConfig,
  host: LiveHost,
  { checkOnly, yes }: ProtectOptions,
  show: (survey: Survey) => void,
): Promise<ProtectResult> {
  if (!checkOnly) {
    refuseObserver(live);
    await refuseHeldStore(live.storePath);
  }
  const look = () => AccountReader.with(live, host, (reader) => survey(reader, live, host));
  const { cover, missing } = await look();
  show({ cover, missing });
  const placeable = missing.filter(({ obstacle }) => obstacle === null);
  const unchanged = { missing, placed: [], remaining: missing, cover };
  if (checkOnly || placeable.length === 0) return { did: 'checked', ...unchanged };
  if (!yes) {
    if (!host.isInteractive) throw unconfirmed(placeable.length);
    if (!(await host.confirm(`Place ${placeable.length} orders?`))) {
      return { did: 'declined', ...unchanged };
    }
  }
  const { storePath } = live;
  let placed: readonly PlacedExit[] = [];
  // A monitor closes what is past its stop, as its plan says. Here nobody asked for that.
  const wouldClose = missing.some(({ isPassed }) => isPassed);
  if (storePath !== null && !wouldClose) await adoptAndPlace(live, storePath, host);
  else placed = await placeAfresh(live, host);
  const after = await look();
  return { did: 'placed', missing, placed, remaining: after.missing, cover: after.cover };
}

/** Somebody may have thought for a while: what is placed is what is missing now. */
function placeAfresh(live: LiveConfig, host: LiveHost): Promise<readonly PlacedExit[]> {
  return AccountReader.with(live, host, async (reader) => {
    const { missing } = await survey(reader, live, host);
    return placeMissing(reader, missing, host.clock);
  });
}

function refuseObserver({ file, resolved }: LiveConfig): void {
  if (resolved.core.usePositionMonitor) return;
  throw new ConfigError('CONFIG_UNSUPPORTED', `${file}: globals.usePositionMonitor`, {
    expected: 'true: orders are to be placed',
    received: 'false',
    remedy: 'protect --check-only lists what is missing',
  });
}

/** Two that place for one account would place twice. Told before anything is asked of the exchange. */
async function refuseHeldStore(path: string | null): Promise<void> {
  if (path === null || !existsSync(path)) return;
  const reader = await openReadOnlySqlite({ path });
  try {
    const { isWriterPresent } = await reader.heartbeat('');
    if (!isWriterPresent) return;
    throw new StoreError('STORE_LOCKED', `Another process writes the store ${path}`, {
      remedy: 'Whoever holds it protects the account: look with verify, or stop it first',
      retryable: true,
    });
  } finally {
    await reader.close();
  }
}

function unconfirmed(orders: number): ValidationError {
  return new ValidationError('CONFIRMATION_MISSING', `${orders} orders are to be placed`, {
    expected: 'a yes at a terminal, or --yes',
    received: 'neither',
    remedy: 'Nothing was placed',
  });
}
