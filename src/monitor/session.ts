import { createState } from '../engine/create-state.js';
import { restoreState } from '../engine/restore-state.js';
import type { EngineState } from '../engine/state.js';
import { ConfigError } from '../errors/config-error.js';
import { StoreError } from '../errors/store-error.js';
import { CommandExecutor } from '../execution/command-executor.js';
import { FundingReader } from '../execution/funding-reader.js';
import { inTime } from '../execution/in-time.js';
import { normaliseAccount } from '../execution/normalise-reports.js';
import { askVenueTime, readAccount } from '../execution/read-account.js';
import { VenueClock } from '../execution/venue-clock.js';
import { decodeSnapshot } from '../journal/decode-snapshot.js';
import { Journal } from '../journal/journal.js';
import { BOOT_SETTLE_MAX_MS, STOP_SETTLE_MAX_MS } from '../limits.js';
import type { Command, ExchangeCommand } from '../model/command.js';
import type { ReconcileReport } from '../model/protection-report.js';
import { configuredPlan } from '../model/settings.js';
import { randomId } from '../platform/random-id.js';
import type { TimerHandle } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import { askFeed } from './ask-feed.js';
import { coreSettingsFor } from './config/resolved-config.js';
import { ExchangeIntake } from './exchange-intake.js';
import { connectFeed } from './feed-intake.js';
import { FIRST_START, fillSymbols } from './fill-symbols.js';
import { fundingDue } from './funding-due.js';
import { Instruments } from './instruments.js';
import { untilReached } from './retry.js';
import type { SessionParts } from './session-parts.js';
import { checkCapabilities, checkSources, forReplay, tradingExchange } from './session-setup.js';
import { Shell } from './shell.js';

/** Steps through the spread of comparisons; without a common factor with its 97 places. */
const COMPARISON_SPREAD = 37;
/** Length of a store incarnation in client order ids, characters. */
const INCARNATION_LENGTH = 4;

/** One life of the monitor, from start to stop: what is connected, and how its parts talk to each other. */
export class Session {
  readonly parts: SessionParts;
  /** The exchange that orders go to: the paper one while simulating. */
  readonly exchange: ExchangeAdapter;
  readonly state: EngineState;
  readonly shell: Shell;
  readonly #journal: Journal;
  readonly #venueClock: VenueClock;
  readonly #intake: ExchangeIntake;
  readonly #funding: FundingReader;
  readonly instruments: Instruments;
  #comparing: Promise<ReconcileReport> | null = null;
  #compareAgain = false;
  #scheduled = 1;
  #compareTimer: TimerHandle | null = null;
  #closed = false;

  private constructor(
    parts: SessionParts,
    exchange: ExchangeAdapter,
    state: EngineState,
    venueClock: VenueClock,
  ) {
    this.parts = parts;
    this.exchange = exchange;
    this.state = state;
    this.#venueClock = venueClock;
    const { clock, logger, emitter, store, scheduler } = parts;
    this.#journal = new Journal(store, clock, (writable, detail) =>
      this.shell.post({ kind: 'store', writable, detail }),
    );
    this.#funding = new FundingReader({ exchange, scheduler, clock, venueClock, logger });
    const executor = new CommandExecutor({
      exchange,
      scheduler,
      clock,
      venueClock,
      logger,
      deliver: (input) => this.shell.post(input),
    });
    this.shell = new Shell({
      state,
      clock,
      venueClock,
      logger,
      emitter,
      journal: this.#journal,
      executor,
      onCommand: (command) => this.#command(command),
    });
    this.instruments = new Instruments({
      parts,
      exchange,
      state,
      post: (input) => this.shell.post(input),
    });
    this.#intake = new ExchangeIntake({
      state,
      logger,
      post: (input) => this.shell.post(input),
      instrument: (symbol) => this.instruments.of(symbol),
      compareSoon: (reason) => this.compareSoon(reason),
      venueNow: () => venueClock.now(),
    });
  }

  /** The exchange's time, as far as it is known, ms. */
  get venueNow(): number {
    return this.#venueClock.now();
  }

  /**
   * Connects, opens the store, restores, compares with the exchange and arms.
   *
   * The barrier: nothing is triggered and nothing is sent before the account was read completely once.
   */
  static async start(parts: SessionParts): Promise<Session> {
    const { config, clock, logger, stoppable } = parts;
    const retry = { clock, logger, stoppable };
    const exchange = tradingExchange(parts);
    const early: (() => void)[] = [];
    let session: Session | null = null;
    /** What the exchange pushes before the core exists waits for it. */
    const relay = (use: (live: Session) => void): void => {
      if (session === null) early.push(() => session && use(session));
      else use(session);
    };
    try {
      if (exchange !== parts.exchange)
        await untilReached(() => parts.exchange.connect(SILENT_SINK), 'connect', retry);
      await untilReached(
        () =>
          exchange.connect({
            order: (report) => relay((live) => live.#intake.order(report)),
            fill: (report) => relay((live) => live.#intake.fill(report)),
            position: (report) => relay((live) => live.#intake.position(report)),
            connection: (state, reason) =>
              relay((live) =>
                live.shell.post({
                  kind: 'exchange-connection',
                  up: state === 'connected',
                  detail: reason ?? state,
                }),
              ),
            gap: (reason) => relay((live) => live.compareSoon(reason)),
          }),
        'connect',
        retry,
      );
      const account = await untilReached(
        async () => normaliseAccount(await inTime(clock, () => exchange.fetchAccount())),
        'account',
        retry,
      );
      if (account.permissions?.withdraw === true && !parts.allowWithdrawalKey) {
        throw new ConfigError('ACCOUNT_REFUSED', 'The API key may withdraw', {
          expected: 'a key that may only trade',
          received: 'a key with the right to withdraw',
          remedy: 'Make a key without it, or pass allowWithdrawalKey: true knowingly',
        });
      }
      checkCapabilities(exchange);
      const { pricesConfirmThemselves } = exchange.capabilities;
      const settings = coreSettingsFor(parts.replay ? forReplay(config) : config, {
        positionMode: account.positionMode,
        pricesConfirmThemselves,
      });
      checkSources(parts);
      const stamp = await parts.store.open({
        exchangeId: exchange.id,
        accountId: account.accountId,
        mode: exchange.capabilities.live ? 'live' : 'simulated',
        instanceId: parts.instanceId,
        newIncarnation: parts.replay ? '0000' : randomId(INCARNATION_LENGTH),
      });
      const snapshot = decodeSnapshot(await parts.store.load());
      const { capabilities } = exchange;
      const state = createState({
        settings,
        issuer: { instanceId: parts.instanceId, incarnation: stamp.incarnation },
        venue: {
          severalStops: capabilities.severalStops,
          countsRestingReduceOnly: capabilities.countsRestingReduceOnly,
          minNotionalOnExits: capabilities.minNotionalOnExits,
          orderKinds: capabilities.orderKinds,
          batchSize: exchange.placeOrders ? capabilities.batchSize : 1,
          maxProtectiveOrders: capabilities.maxProtectiveOrders,
        },
        feedSources: new Set(parts.feed.sources),
        lastSeq: snapshot.lastSeq,
      });
      restoreState(state, snapshot, clock.monotonic());
      session = new Session(parts, exchange, state, new VenueClock(clock));
      /** In the order in which it was said: what comes during the start must not be followed by what came before. */
      for (const replayEarly of early) replayEarly();
      await session.#begin(retry);
      return session;
    } catch (error) {
      if (session !== null) await session.abandon();
      else {
        /** A connect that failed half-way may have left timers and sockets. */
        const opened = new Set([exchange, parts.exchange, parts.store]);
        for (const each of opened) await each.close().catch(() => {});
      }
      throw error;
    }
  }

  async #begin(retry: Parameters<typeof untilReached>[2]): Promise<void> {
    const { parts, shell } = this;
    const isFirst = !this.state.marks.has(FIRST_START);
    await untilReached(() => this.#noteFirstStart(), 'time', retry);
    /** A second start must know when the first one was, or what was filled between them would be nobody's. */
    if (isFirst) await untilReached(() => this.#firstStartRecorded(), 'store', retry);
    const symbols = new Set([...this.state.symbols.keys(), ...parts.config.core.plans.keys()]);
    for (const registration of this.state.registrations.values()) symbols.add(registration.symbol);
    symbols.delete('*');
    for (const symbol of symbols) {
      await untilReached(() => this.instruments.of(symbol), `instrument ${symbol}`, retry);
    }
    const { feed, clock } = parts;
    const tick = shell.tick.bind(shell);
    await connectFeed(
      { feed, clock, exchange: this.exchange, post: (input) => shell.post(input), tick },
      retry,
    );
    await untilReached(() => this.#compare(true), 'account', retry);
    await this.#settleWithin(BOOT_SETTLE_MAX_MS);
    shell.post({ kind: 'lifecycle', to: 'started' });
    this.#scheduleComparison();
  }

  /** Compares everything now; several wishes at once share one comparison, and one that came too late gets another. */
  compare(): Promise<ReconcileReport> {
    if (this.#comparing !== null) {
      this.#compareAgain = true;
      return this.#comparing;
    }
    this.#comparing = this.#compare(false).finally(() => {
      this.#comparing = null;
      if (!this.#compareAgain || this.#closed) return;
      this.#compareAgain = false;
      void this.compare().catch(() => {});
    });
    return this.#comparing;
  }

  compareSoon(reason: string): void {
    if (this.#closed || this.state.phase === 'booting') return;
    void this.compare().catch((error: unknown) => {
      this.parts.logger.warn(
        { reason, error: messageOf(error) },
        'the account could not be compared',
      );
    });
  }

  async #compare(boot: boolean): Promise<ReconcileReport> {
    const { scheduler, clock } = this.parts;
    const before = this.state.eventSeq;
    /** By the exchange's time, which the first look measures. */
    if (!boot) this.#funding.ask(fundingDue(this.state));
    try {
      const view = await readAccount({
        exchange: this.exchange,
        scheduler,
        clock,
        venueClock: this.#venueClock,
        boot,
        symbols: fillSymbols(this.state),
        funding: this.#funding,
        startedAt: this.state.inputs,
      });
      for (const symbol of new Set([...view.fills, ...view.positions].map((row) => row.symbol))) {
        if (configuredPlan(this.state.settings, symbol) !== null) await this.instruments.of(symbol);
      }
      let differences = 0;
      const count = (payload: { readonly seq: number; readonly differences: number }): void => {
        if (payload.seq > before) differences = payload.differences;
      };
      this.parts.emitter.on('reconcile:completed', count);
      this.shell.post({ kind: 'account', view });
      await this.shell.settled(false);
      this.parts.emitter.off('reconcile:completed', count);
      return Object.freeze({
        differences,
        comparedAt: clock.now(),
        openOrders: view.openOrders.length,
        positions: view.positions.length,
      });
    } catch (error) {
      this.shell.post({ kind: 'comparison-failed', detail: messageOf(error) });
      throw error;
    }
  }

  /** From this moment of the exchange on fills are ours, however long the start takes from here. */
  async #noteFirstStart(): Promise<void> {
    if (this.state.marks.has(FIRST_START)) return;
    const { clock, scheduler } = this.parts;
    const venueClock = this.#venueClock;
    await askVenueTime({ exchange: this.exchange, clock, scheduler, venueClock });
    const since = venueClock.toVenue(this.parts.startedAt);
    this.shell.post({ kind: 'mark', name: FIRST_START, value: String(since) });
  }

  async #firstStartRecorded(): Promise<void> {
    await this.shell.settled(false);
    if (this.#journal.writable) return;
    throw new StoreError('STORE_WRITE_FAILED', 'The first start cannot be recorded', {
      expected: 'a store that can be written',
      received: 'a failed write',
      remedy: 'Free the disk; the start goes on by itself',
      retryable: true,
    });
  }

  #scheduleComparison(): void {
    const { config, clock, replay } = this.parts;
    if (replay || config.reconcileIntervalMs === 0 || this.#closed) return;
    /** Spread, so that several monitors do not ask together; by nothing that a listener could move. */
    const spread = ((this.#scheduled * COMPARISON_SPREAD) % 97) / 97;
    this.#scheduled += 1;
    const delay = Math.round(config.reconcileIntervalMs * (0.9 + 0.2 * spread));
    this.#compareTimer = clock.setTimer(() => {
      this.compareSoon('periodic');
      this.#scheduleComparison();
    }, delay);
  }

  #command(command: Exclude<Command, ExchangeCommand>): void {
    if (command.kind !== 'compare-account') {
      const { feed, clock, logger } = this.parts;
      askFeed(command, { feed, clock, logger, post: (input) => this.shell.post(input) });
      return;
    }
    /** Not inside of the step that asked for it. */
    void Promise.resolve().then(() => this.compareSoon(command.reason));
  }

  /** Waits for requests in flight, a bounded time. */
  async #settleWithin(limitMs: number): Promise<void> {
    const { clock } = this.parts;
    let timer: TimerHandle = null;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimer(resolve, limitMs);
    });
    await Promise.race([this.shell.settled(true), limit]);
    clock.clearTimer(timer);
  }

  /** Settles what is in flight and disconnects. Cancels nothing. */
  async stop(reason: () => Error): Promise<void> {
    this.#closed = true;
    if (this.#compareTimer !== null) this.parts.clock.clearTimer(this.#compareTimer);
    await this.#settleWithin(STOP_SETTLE_MAX_MS);
    this.shell.post({ kind: 'lifecycle', to: 'stopped' });
    await this.shell.settled(false);
    this.shell.close(reason);
    await this.#disconnect();
  }

  /** Gives up a start that failed. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.shell.close(() => new Error('the monitor could not start'));
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    this.#funding.close();
    const { feed, exchange, store, logger } = this.parts;
    const closing: [string, () => Promise<void>][] = [
      ['feed', () => feed.close()],
      ['exchange', () => this.exchange.close()],
      ['journal', () => this.#journal.close()],
      ['store', () => store.close()],
    ];
    if (this.exchange !== exchange) closing.push(['exchange', () => exchange.close()]);
    for (const [what, close] of closing) {
      await close().catch((error: unknown) =>
        logger.warn({ what, error: messageOf(error) }, 'closing failed'),
      );
    }
  }
}

const SILENT_SINK = { order() {}, fill() {}, position() {}, connection() {}, gap() {} };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
