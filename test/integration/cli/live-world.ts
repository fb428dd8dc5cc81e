import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { readCredentials } from '../../../src/cli/live-config/credentials.js';
import type { LiveHost } from '../../../src/cli/live-config/live-host.js';
import { runCommand } from '../../../src/cli/run-command.js';
import type { DecimalInput } from '../../../src/model/decimal.js';
import type { PositionMode, WirePositionSide } from '../../../src/model/side.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type { ExchangeAdapter, PlaceOrderRequest } from '../../../src/ports/exchange-adapter.js';
import { runFor, runUntil } from '../../../src/testing/run-time.js';
import { SimExchange } from '../../../src/testing/sim/sim-exchange.js';
import { SIM_PROFILES, type SimProfileName } from '../../../src/testing/sim/sim-profile.js';

export const SYMBOL = 'BTCUSDT';
const STEP_MS = 100;
/** What no output may ever show. */
export const CANARY = { key: 'canary-key-5f3a', secret: 'canary-secret-91bd' };

export interface WorldOptions {
  readonly positionMode?: PositionMode;
  readonly profile?: SimProfileName;
  /** Configuration, over one symbol with a take-profit and a stop. */
  readonly config?: Record<string, unknown>;
  readonly store?: boolean;
}

/** The command line in this process, on virtual time, over a simulated account. */
export class LiveWorld {
  readonly clock = new VirtualClock();
  readonly folder: string;
  readonly configFile: string;
  readonly storePath: string;
  exchange: SimExchange;
  feed = new ManualFeed({ clock: this.clock });
  out: string[] = [];
  told: string[] = [];
  isInteractive = false;
  answer = true;
  asked: string[] = [];
  exits: number[] = [];
  /** Wraps what the commands connect to. */
  connect: (exchange: SimExchange) => ExchangeAdapter = withEntryPrices;
  readonly #signals = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();

  constructor({ positionMode = 'hedge', profile, config, store = false }: WorldOptions = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'cli-live-'));
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    this.storePath = join(this.folder, 'bot.db');
    this.configFile = join(this.folder, 'live.json');
    this.configure({ ...(store && { store: { path: this.storePath } }), ...config });
    this.exchange = new SimExchange({
      clock: this.clock,
      positionMode,
      ...(profile !== undefined && { profile: SIM_PROFILES[profile] }),
      instruments: [
        { symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' },
        { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.01' },
      ],
      prices: { [SYMBOL]: 45_000, ETHUSDT: 3_000 },
    });
  }

  configure(config: Record<string, unknown>): void {
    const whole = {
      exchange: { id: 'binance' },
      symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 } },
      ...config,
    };
    writeFileSync(this.configFile, JSON.stringify(whole));
  }

  get host(): LiveHost {
    return {
      environment: {
        POSITION_MONITOR_API_KEY: CANARY.key,
        POSITION_MONITOR_API_SECRET: CANARY.secret,
      },
      clock: this.clock,
      print: (line) => void this.out.push(line),
      tell: (line) => void this.told.push(line),
      isInteractive: this.isInteractive,
      confirm: (question) => {
        this.asked.push(question);
        return Promise.resolve(this.answer);
      },
      onStopSignal: (listener) => {
        this.#signals.add(listener);
        return () => void this.#signals.delete(listener);
      },
      exitNow: (code) => void this.exits.push(code),
      makeExchange: async ({ environment }) => {
        await readCredentials(environment);
        // Another connection to the same account.
        this.exchange = this.exchange.crash();
        return this.connect(this.exchange);
      },
      makeFeed: () => Promise.resolve(this.feed),
    };
  }

  /** Runs a command to its end; the exit code. */
  async run(command: string, ...options: string[]): Promise<number> {
    this.out = [];
    this.told = [];
    return this.until(this.begin(command, ...options));
  }

  /** Begins a command that goes on. */
  begin(command: string, ...options: string[]): Promise<number> {
    return runCommand([command, '--config', this.configFile, ...options], '0', () => this.host);
  }

  until<Result>(promise: Promise<Result>): Promise<Result> {
    return runUntil(this.clock, promise, { withinMs: 200_000, isBusy: this.#someTurns() });
  }

  /** In steps, so that files and threads are heard of in between. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await runFor(this.clock, Math.min(STEP_MS, ms - passed), { isBusy: this.#someTurns() });
    }
  }

  signal(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): void {
    for (const listener of [...this.#signals]) listener(signal);
  }

  json(): Record<string, never> & { positions: Record<string, unknown>[] } {
    return JSON.parse(this.out.join('\n'));
  }

  get text(): string {
    return [...this.out, ...this.told].join('\n');
  }

  /** Somebody places a stop by hand. */
  async stopBy(
    positionSide: WirePositionSide,
    quantity: DecimalInput,
    terms: Partial<PlaceOrderRequest> = {},
  ): Promise<void> {
    const short = positionSide === 'SHORT';
    this.exchange = this.exchange.crash();
    await this.exchange.connect({
      order() {},
      fill() {},
      position() {},
      connection() {},
      gap() {},
    });
    const outcome = await this.until(
      this.exchange.placeOrder({
        clientOrderId: `hand-${positionSide}-${quantity}-${this.clock.now()}`,
        symbol: SYMBOL,
        side: short ? 'BUY' : 'SELL',
        positionSide,
        kind: 'stop-market',
        quantity: `${quantity}`,
        ...(terms.kind !== 'limit' && {
          triggerPrice: short ? '45900' : '44000',
          triggerSource: 'LAST',
        }),
        reduceOnly: true,
        expiresAt: this.clock.now() + 5_000,
        ...terms,
      }),
    );
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  }

  /** Files and threads answer in real time: each step of virtual time is given a few turns. */
  #someTurns(): () => boolean {
    let turns = 0;
    return () => {
      turns += 1;
      return turns % 6 !== 0;
    };
  }
}

/** The simulated exchange does not tell what was paid; real ones do. */
export function withEntryPrices(exchange: SimExchange): SimExchange {
  const fetchPositions = exchange.fetchPositions.bind(exchange);
  exchange.fetchPositions = async (symbol) =>
    (await fetchPositions(symbol)).map((row) => ({
      ...row,
      entryPrice: row.symbol === SYMBOL ? '45000' : '3000',
    }));
  return exchange;
}
