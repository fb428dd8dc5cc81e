import { ConfigError } from '../../errors/config-error.js';
import { ExchangeError } from '../../errors/exchange-error.js';
import { inTime } from '../../execution/in-time.js';
import {
  normaliseAccount,
  normaliseAll,
  normaliseOrder,
  normalisePosition,
} from '../../execution/normalise-reports.js';
import {
  CONNECT_RETRY_MAX_MS,
  LOOK_PAUSE_MS,
  SAFE_RETRIES,
  SAFE_RETRY_PAUSE_MS,
  VERIFY_READS_MAX,
} from '../../limits.js';
import type { OrderReport, PositionReport } from '../../model/reports.js';
import type { Clock } from '../../ports/clock.js';
import type { AccountReport, ExchangeAdapter, ExchangeSink } from '../../ports/exchange-adapter.js';
import type { LiveConfig } from './live-config.js';
import { type LiveHost, loggerOf } from './live-host.js';

/** What an account holds and what rests there, of one moment. */
export interface AccountPicture {
  readonly positions: readonly PositionReport[];
  readonly orders: readonly OrderReport[];
  /** Wall ms at which it was read. */
  readonly checkedAt: number;
}

/** A look at an account without a monitor. Reads only; complete or rejected. */
export class AccountReader {
  readonly exchange: ExchangeAdapter;
  readonly account: AccountReport;
  readonly #clock: Clock;

  private constructor(exchange: ExchangeAdapter, account: AccountReport, clock: Clock) {
    this.exchange = exchange;
    this.account = account;
    this.#clock = clock;
  }

  /**
   * Connects, and closes the connection after `use`, however that ends.
   *
   * @throws ConfigError `CONFIG_UNSUPPORTED` for accounts that no other process can see · ExchangeError
   */
  static async with<Result>(
    live: LiveConfig,
    host: LiveHost,
    use: (reader: AccountReader) => Promise<Result>,
  ): Promise<Result> {
    refuseSimulated(live);
    const { clock, environment } = host;
    const exchange = await host.makeExchange({ live, environment, clock, logger: loggerOf(host) });
    try {
      await within(clock, CONNECT_RETRY_MAX_MS, exchange.connect(DEAF));
      const account = normaliseAccount(await readAgain(clock, () => exchange.fetchAccount()));
      return await use(new AccountReader(exchange, account, clock));
    } finally {
      await exchange.close().catch(() => {});
    }
  }

  /**
   * Positions, orders, and positions again: a picture whose parts do not fit together is taken anew. The last one stands
   * as it is; a doubt then shows as a gap, since what is held counts as it was read last.
   */
  async picture(): Promise<AccountPicture> {
    let before = await this.#positions();
    for (let reads = 1; ; reads += 1) {
      const orders = await this.#orders();
      const positions = await this.#positions();
      if (substanceOf(positions) === substanceOf(before) || reads >= VERIFY_READS_MAX) {
        return { positions, orders, checkedAt: this.#clock.now() };
      }
      before = positions;
    }
  }

  pause(delayMs: number = LOOK_PAUSE_MS): Promise<void> {
    return pause(this.#clock, delayMs);
  }

  async #positions(): Promise<readonly PositionReport[]> {
    const rows = await readAgain(this.#clock, () => this.exchange.fetchPositions());
    const now = this.#clock.now();
    return normaliseAll(rows, 'positions', (row, name) => normalisePosition(row, now, name));
  }

  async #orders(): Promise<readonly OrderReport[]> {
    const rows = await readAgain(this.#clock, () => this.exchange.fetchOpenOrders());
    return normaliseAll(rows, 'open orders', normaliseOrder);
  }
}

/** Positions of a simulation live in the memory of `run`: an answer from here would read as "nothing held". */
function refuseSimulated({ file, exchange, resolved }: LiveConfig): void {
  const key =
    exchange.id === 'paper' ? 'exchange.id' : resolved.simulateOnly ? 'globals.simulateOnly' : null;
  if (key === null) return;
  throw new ConfigError('CONFIG_UNSUPPORTED', `${file}: ${key}`, {
    expected: 'an exchange whose account can be read from here',
    received: 'a simulation, whose positions are known only to the process that runs it',
    remedy: 'Look at its store with the command status',
  });
}

/** Nothing is decided by what is pushed. */
const DEAF: ExchangeSink = {
  order() {},
  fill() {},
  position() {},
  connection() {},
  gap() {},
};

/** A read that fails for a moment is tried again; one that fails for good rejects, never "empty". */
async function readAgain<Result>(clock: Clock, read: () => Promise<Result>): Promise<Result> {
  for (let failures = 0; ; ) {
    try {
      return await inTime(clock, read);
    } catch (error) {
      failures += 1;
      if (failures > SAFE_RETRIES) throw error;
      await pause(clock, SAFE_RETRY_PAUSE_MS);
    }
  }
}

function within<Result>(clock: Clock, limitMs: number, task: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(
      () =>
        reject(
          new ExchangeError('EXCHANGE_UNREACHABLE', 'The exchange could not be reached', {
            received: `no connection within ${limitMs} ms`,
            retryable: true,
          }),
        ),
      limitMs,
    );
    task.then(resolve, reject).finally(() => clock.clearTimer(timer));
  });
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, delayMs));
}

function substanceOf(positions: readonly PositionReport[]): string {
  return JSON.stringify(
    positions.map(({ symbol, side, quantity }) => `${symbol}|${side}|${quantity.toFixed()}`).sort(),
  );
}
