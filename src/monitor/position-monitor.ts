import { MemoryStore } from '../adapters/stores/memory/memory-store.js';
import { trancheView } from '../engine/views.js';
import { ValidationError } from '../errors/validation-error.js';
import { IsolatedEmitter, type MonitorListener } from '../events/isolated-emitter.js';
import type { CloseResult } from '../model/close-result.js';
import type { DecimalInput } from '../model/decimal.js';
import type { ExitPlanInput } from '../model/exit-plan.js';
import type { FillEvidence, OrderFill } from '../model/fill.js';
import type { TrancheId } from '../model/ids.js';
import type { CloseScope } from '../model/input.js';
import type { MonitorEventName } from '../model/monitor-event.js';
import type { MonitorHealth, MonitorState } from '../model/monitor-health.js';
import type { PriceBar } from '../model/price-bar.js';
import type { ProtectionReport, ReconcileReport } from '../model/protection-report.js';
import type { PositionSide } from '../model/side.js';
import type { PositionStatus, TrancheView } from '../model/views.js';
import { createRequestLanes } from '../platform/request-lanes.js';
import { SystemClock } from '../platform/system-clock.js';
import type { Clock } from '../ports/clock.js';
import { harmless } from '../ports/harmless-logger.js';
import { type Logger, SILENT_LOGGER } from '../ports/logger.js';
import type { HistoryQuery, Store, StoredEvent } from '../ports/store.js';
import { askProtection } from './ask-protection.js';
import {
  checkBarsOf,
  checkCloseTarget,
  checkIds,
  checkPanic,
  type PanicOptions,
  readOrderId,
  readQuantity,
} from './check-arguments.js';
import { checkEventName } from './check-event-name.js';
import { checkHistoryQuery } from './check-history-query.js';
import { checkNewLevels } from './check-new-levels.js';
import { checkOptions } from './check-options.js';
import { type CloseOptions, closeExecutionFrom } from './close-options.js';
import { exitPlanFrom } from './config/exit-plan-from.js';
import { instanceIdFrom } from './config/instance-id.js';
import { resolveConfig } from './config/resolve-config.js';
import type { ResolvedConfig } from './config/resolved-config.js';
import { copyBars } from './copy-bars.js';
import type { EntryOrder } from './entry-order.js';
import { hostFillReport } from './fills/host-fill-report.js';
import { parseOrderFill } from './fills/parse-order-fill.js';
import { healthOf } from './health.js';
import {
  type LevelUpdate,
  readAllowImmediate,
  readLevelUpdate,
  type UpdateOptions,
} from './level-update.js';
import { isPlanned, openPositions, type SymbolStatus, trancheOfOrder } from './look-up.js';
import type { PositionMonitorOptions } from './options.js';
import { planExits } from './plan-exits.js';
import { registrationFrom } from './registration-from.js';
import { Stoppable } from './retry.js';
import { Session } from './session.js';
import { checkPlanSources } from './session-setup.js';

/**
 * Keeps every open position of a trading bot protected.
 *
 * Hand it each fill, or let it hear them from the exchange: it plans take-profit and stop-loss per tranche, keeps the
 * orders resting at the exchange, watches prices and closes at market at once when a level is passed. What it promises
 * it has recorded first; what it does not know it finds out before it acts.
 *
 * @example
 * const monitor = new PositionMonitor({
 *   config: { symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } } },
 *   exchange,
 *   feed,
 * });
 * await monitor.start();
 * const covered = await monitor.handleOrderFill({
 *   orderId: '1', symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', executedQty: '0.1', avgPrice: '45000',
 * });
 */
export class PositionMonitor {
  readonly #options: PositionMonitorOptions;
  readonly #config: ResolvedConfig;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #instanceId: string;
  readonly #emitter: IsolatedEmitter;
  #state: MonitorState = 'idle';
  #session: Session | null = null;
  #starting: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #stoppable = new Stoppable();
  #startedMono: number | null = null;
  /** Calls that have not reached the core yet. */
  #entering = 0;
  readonly #enteredWaiters: (() => void)[] = [];
  /** A listener of `listener:error` that fails must not tell itself about it for ever. */
  #tellingFault = false;

  /**
   * Checks options and configuration; connects nothing.
   *
   * @throws ConfigError `CONFIG_INVALID`; `INSTRUMENT_UNSUPPORTED` for a configured instrument that cannot be served
   */
  constructor(options: PositionMonitorOptions) {
    checkOptions(options);
    this.#options = options;
    this.#config = resolveConfig(options.config);
    this.#clock = options.clock ?? new SystemClock();
    this.#logger = harmless(options.logger ?? SILENT_LOGGER);
    this.#store = options.store ?? new MemoryStore();
    this.#instanceId =
      options.instanceId === undefined
        ? this.#config.instanceId
        : instanceIdFrom(options.instanceId);
    this.#emitter = new IsolatedEmitter((event, error) => this.#onListenerFault(event, error));
    for (const warning of this.#config.warnings) this.#logger.warn({}, warning);
  }

  /**
   * Opens the store, connects, compares with the exchange, then arms. May be called again and by several callers.
   *
   * Rejects on configuration, authorisation, account or mode mismatch; keeps trying while the exchange is unreachable.
   *
   * @throws ConfigError `MODE_MISMATCH`, `ACCOUNT_REFUSED`, `INSTRUMENT_UNSUPPORTED`
   * @throws StoreError `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_SCHEMA_NEWER`, `STORE_FOREIGN`
   * @throws FeedError `FEED_SOURCE_MISSING`
   */
  start(): Promise<void> {
    if (this.#starting !== null) return this.#starting;
    const after = this.#stopping ?? Promise.resolve();
    /** Made at once: a stop in the same turn is a stop of this start. */
    this.#stoppable = new Stoppable();
    this.#starting = after.then(() => this.#start());
    return this.#starting;
  }

  async #start(): Promise<void> {
    const startedAt = this.#clock.now();
    this.#state = 'starting';
    const { exchange, feed } = this.#options;
    try {
      this.#session = await Session.start({
        config: this.#config,
        exchange,
        feed,
        store: this.#store,
        clock: this.#clock,
        logger: this.#logger,
        scheduler: this.#options.scheduler ?? createRequestLanes(this.#clock),
        emitter: this.#emitter,
        instanceId: this.#instanceId,
        allowWithdrawalKey: this.#options.allowWithdrawalKey ?? false,
        replay: this.#options.profile === 'replay',
        stoppable: this.#stoppable,
        startedAt,
      });
      if (this.#session.exchange.capabilities.live && this.#store.durability === 'none') {
        this.#logger.warn(
          {},
          'the store keeps nothing over a restart, but the exchange is live: use SqliteStore',
        );
      }
      this.#startedMono = this.#clock.monotonic();
      this.#state = 'running';
    } catch (error) {
      this.#state = 'stopped';
      this.#starting = null;
      throw error;
    }
  }

  /** Settles what is in flight and disconnects; protective orders stay at the exchange. May be called at any time. */
  stop(): Promise<void> {
    if (this.#stopping !== null) return this.#stopping;
    if (this.#starting === null) {
      this.#state = this.#state === 'idle' ? 'idle' : 'stopped';
      return Promise.resolve();
    }
    this.#stoppable.stop();
    this.#stopping = this.#stop(this.#starting).finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  }

  async #stop(starting: Promise<void>): Promise<void> {
    await starting.catch(() => {});
    this.#state = 'stopping';
    await this.#session?.stop(() => notRunning('stopped'));
    this.#session = null;
    this.#starting = null;
    this.#startedMono = null;
    this.#state = 'stopped';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Takes a fill in and protects what it opened.
   *
   * Resolves `true` when the tranche is durable and everything that its plan asks for rests or is guarded as planned;
   * `false` when something does not, at the latest after `ackTimeoutMs`. The same fill twice counts once.
   *
   * @throws ValidationError `FILL_INVALID`, `STATE_INVALID` · ConfigError `SYMBOL_NOT_CONFIGURED`
   */
  async handleOrderFill(fill: OrderFill): Promise<boolean> {
    const parsed = parseOrderFill(fill, this.#venueNow());
    if (parsed.kind === 'nothing') {
      return this.#call(async (session) => {
        if (parsed.terminal) session.shell.post({ ...parsed, kind: 'order-ended' });
        return true;
      });
    }
    return this.#handOver(parsed.evidence);
  }

  /** Times of what brings none are compared with those of the exchange: our own clock may be off or jump. */
  #venueNow(): number {
    return this.#session?.venueNow ?? this.#clock.now();
  }

  #handOver(evidence: FillEvidence): Promise<boolean> {
    const post = (session: Session): Promise<boolean> => {
      session.exchange.acceptHostFill?.(hostFillReport(evidence));
      return session.shell.request<boolean>((requestId) => ({
        kind: 'fill',
        evidence,
        origin: 'host',
        requestId,
      }));
    };
    /** Without its filters nothing can be planned yet: told now, and protected as soon as they are known. */
    const late = (session: Session): boolean => {
      const reason = 'its instrument could not be loaded';
      session.shell.post({ kind: 'unplannable', evidence, reason });
      session.instruments.whenKnown(evidence.symbol, () => void post(session).catch(() => {}));
      return false;
    };
    return this.#call(post, evidence.symbol, late);
  }

  /**
   * Announces an entry before it is sent: its own plan, its own tranche. Durable on return, and kept until the order ends.
   *
   * @throws ValidationError `PLAN_INVALID`, `TRANCHE_LIMIT`, `STATE_INVALID` ·
   *   StoreError `STORE_WRITE_FAILED` when it could not be recorded: it then holds only while this process lives
   */
  async registerOrder(order: EntryOrder): Promise<void> {
    const { settings } = (await this.#running()).state;
    const registration = registrationFrom(order, settings, this.#clock.now());
    checkPlanSources(registration.plan, this.#options.feed, 'the registered plan');
    await this.#call(
      (session) =>
        session.shell.request<void>((requestId) => ({ kind: 'register', requestId, registration })),
      registration.symbol,
    );
  }

  /**
   * Removes the protection of what an order opened, local guards included; nothing brings it back.
   *
   * `false` when nothing open came from that order alone.
   *
   * @throws ValidationError `NOT_FOUND` for what cannot be the id of an order
   */
  async cancelRelatedOrders(orderId: string | number): Promise<boolean> {
    const id = readOrderId(orderId);
    return this.#call((session) =>
      session.shell.request<boolean>((requestId) => ({
        kind: 'cancel-related',
        requestId,
        orderId: id,
      })),
    );
  }

  /**
   * Sets absolute levels for a tranche, or for every tranche of a position. Resolves like {@link handleOrderFill}.
   *
   * `tpPrice` is one take-profit of the whole tranche: it takes the place of every level of a ladder. To change a ladder, or
   * to keep it, use {@link updatePlan}.
   *
   * @throws ValidationError `LEVEL_INVALID`, `LEVEL_PASSED` (already passed; `allowImmediate: true` closes at once),
   *   `LEVEL_BEYOND_LIQUIDATION`, `PLAN_INVALID` where a rule of the plan cannot hold with them, `NOT_FOUND`
   */
  async updateTpSl(
    positionOrTrancheId: string,
    levels: LevelUpdate,
    options?: UpdateOptions,
  ): Promise<boolean> {
    const read = readLevelUpdate(levels, options);
    return this.#call((session) => {
      checkNewLevels(this.#tranchesNamed(positionOrTrancheId), read);
      return session.shell.request<boolean>((requestId) => ({
        kind: 'update-levels',
        requestId,
        id: positionOrTrancheId,
        ...read,
      }));
    });
  }

  /**
   * Gives a tranche, or every tranche of a position, another plan. Keys that are left out keep their present value.
   *
   * @throws ValidationError `PLAN_INVALID`, `LEVEL_PASSED`, `LEVEL_BEYOND_LIQUIDATION`, `NOT_FOUND`
   */
  async updatePlan(
    positionOrTrancheId: string,
    plan: ExitPlanInput,
    options?: UpdateOptions,
  ): Promise<boolean> {
    const allowImmediate = readAllowImmediate(options, 'PLAN_INVALID') ?? false;
    const { maxSlippageBps } = (await this.#running()).state.settings;
    const targets = this.#tranchesNamed(positionOrTrancheId);
    /** Without a target the plan is checked all the same, and the core says that nothing has this id. */
    const plans = new Map(
      targets.map((tranche) => [
        tranche.id,
        exitPlanFrom(plan, tranche.plan, 'plan', tranche.side, maxSlippageBps),
      ]),
    );
    if (targets.length === 0) exitPlanFrom(plan, null, 'plan');
    for (const resolved of plans.values())
      checkPlanSources(resolved, this.#options.feed, 'the plan');
    return this.#call((session) =>
      session.shell.request<boolean>((requestId) => ({
        kind: 'update-plan',
        requestId,
        id: positionOrTrancheId,
        plans,
        allowImmediate,
      })),
    );
  }

  /** The tranche of this id, or the one it was merged into, or the tranches of the position of this id. */
  #tranchesNamed(id: string): readonly TrancheView[] {
    let one = this.tranche(id);
    while (one !== undefined && one.mergedInto !== null) one = this.tranche(one.mergedInto);
    if (one !== undefined) return [one];
    return this.positions().find((position) => position.positionId === id)?.tranches ?? [];
  }

  /**
   * Closes one tranche, reduce-only, as its plan's `exitExecution` says: at market where it says nothing. Resolves when it is
   * closed, or after `ackTimeoutMs` with what is left, and goes on. A close that is under way goes on as it does.
   *
   * `execution` takes the place of the plan's, also for a close that is under way: `market` ends its patience. It is stored
   * with the tranche, so that a restart goes on with it. A close for which time is short is never slowed down.
   *
   * @throws ValidationError `NOT_FOUND`; `PLAN_INVALID` for options that are malformed
   * @example await monitor.closeTranche(id, { execution: { kind: 'twap', slices: 5, intervalMs: 2_000 } })
   */
  async closeTranche(id: string, options?: CloseOptions): Promise<CloseResult> {
    return this.#close({ kind: 'tranche', id }, 'manual', options);
  }

  /**
   * Closes every tranche of a symbol, or of one side of it, each like {@link closeTranche}.
   *
   * @throws ValidationError `NOT_FOUND` for a symbol that is neither configured nor held: a typo must not read as success;
   *   `PLAN_INVALID` for options that are malformed
   */
  async closePosition(
    symbol: string,
    side?: PositionSide,
    options?: CloseOptions,
  ): Promise<CloseResult> {
    return this.#close({ kind: 'position', symbol, side: side ?? null }, 'manual', options);
  }

  /**
   * Panic: closes every tranche at market at once, or those of one symbol, or of one side, whatever the plans say.
   *
   * What is held beside them stays: positions that nobody adopted, and with `manage: 'registered'` those that nobody handed
   * over. `positions()` lists what it closes.
   *
   * @throws ValidationError `CONFIRMATION_MISSING` without `{ confirm: true }`; `NOT_FOUND` for a symbol that is neither
   *   configured nor held
   * @example await monitor.closeAll({ confirm: true, symbol: 'BTCUSDT', side: 'LONG' })
   */
  async closeAll(options: PanicOptions): Promise<CloseResult> {
    checkPanic(options);
    const { symbol = null, side = null } = options;
    if (symbol === null) return this.#close({ kind: 'all', side }, 'panic');
    return this.#close({ kind: 'position', symbol, side }, 'panic');
  }

  #close(
    scope: CloseScope,
    reason: 'manual' | 'panic',
    options?: CloseOptions,
  ): Promise<CloseResult> {
    const execution = closeExecutionFrom(options, this.#config.maxSlippageBps);
    return this.#call((session) => {
      if (scope.kind === 'position') checkCloseTarget(scope, session.state);
      return session.shell.request<CloseResult>((requestId) => ({
        kind: 'close',
        requestId,
        scope,
        reason,
        execution,
      }));
    });
  }

  /**
   * Splits a quantity off an open tranche: a new one with the same entry, plan and levels, each with orders of its own.
   *
   * It stays apart: it is never merged by itself. Resolves with both, the old one first; the orders follow.
   *
   * @param quantity contracts, on the step; both parts have to be large enough for an order
   * @throws ValidationError `NOT_FOUND`, `QUANTITY_INVALID`
   * @example const [rest, runner] = await monitor.splitTranche(id, '0.05')
   */
  async splitTranche(
    id: string,
    quantity: DecimalInput,
  ): Promise<readonly [TrancheView, TrancheView]> {
    const amount = readQuantity(quantity);
    return this.#call((session) =>
      session.shell.request<readonly [TrancheView, TrancheView]>((requestId) => ({
        kind: 'split',
        requestId,
        id,
        quantity: amount,
      })),
    );
  }

  /**
   * Gives finished bars of a symbol, the oldest first: what volatility levels go by, beside the feed's own.
   *
   * Bars that are known already are ignored. Not stored: given again after a restart.
   *
   * @param barMs length of a bar, ms: the plan's `volatility.barMs`
   * @throws ValidationError `BAR_INVALID` for one that cannot be, or is not over: those before it count; for a list that cannot
   *   be read, more bars at once, or more lengths of a symbol, than are kept: none of them counts
   */
  async addBars(symbol: string, barMs: number, bars: readonly PriceBar[]): Promise<void> {
    checkBarsOf(symbol, barMs);
    const read = copyBars(bars);
    await this.#call((session) =>
      session.shell.request<boolean>((requestId) => ({
        kind: 'bars',
        symbol,
        barMs,
        bars: read,
        retry: false,
        requestId,
      })),
    );
  }

  /** Makes all open tranches of a position, or the named ones, the oldest of them. @throws ValidationError `NOT_FOUND` */
  async mergeTranches(positionId: string, ids?: readonly string[]): Promise<TrancheView> {
    checkIds(positionId, ids);
    return this.#call((session) =>
      session.shell.request<TrancheView>((requestId) => ({
        kind: 'merge',
        requestId,
        positionId,
        ids: ids ?? null,
      })),
    );
  }

  /**
   * Asks the exchange what really protects each contract; never answers from memory alone. Rejects when it cannot read.
   *
   * The report also says what orders at the exchange alone would cover if this process ended now, and which tranches only
   * our own guard covers. The same from memory, at no cost: `positions()[n].cover`.
   */
  async verifyProtection(): Promise<ProtectionReport> {
    return askProtection(await this.#running());
  }

  /** Previews the exits of a fill; see the function of the same name. */
  readonly planExits: typeof planExits = planExits;

  /** Compares everything with the exchange now. Rejects when the exchange cannot be read. */
  async reconcile(): Promise<ReconcileReport> {
    return (await this.#running()).compare();
  }

  /** Adopts nothing new until `resume()`; everything held, and fills that the host hands over, stay protected. */
  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#session?.shell.post({ kind: 'lifecycle', to: 'paused' });
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#session?.shell.post({ kind: 'lifecycle', to: 'resumed' });
  }

  /** Every tranche of every side of a symbol. Sides that hold nothing are not listed. */
  getPositionStatus(symbol: string): SymbolStatus {
    const positions = this.positions().filter((position) => position.symbol === symbol);
    return Object.freeze({
      symbol,
      positions,
      tranches: positions.flatMap((position) => position.tranches),
    });
  }

  /** Every side that holds something. */
  positions(): readonly PositionStatus[] {
    const engine = this.#session?.state;
    return engine ? openPositions(engine, this.#clock.monotonic()) : [];
  }

  /** One tranche, open or closed lately. */
  tranche(id: string): TrancheView | undefined {
    const session = this.#session;
    const node = session?.state.nodes.get(id as TrancheId);
    return session && node ? trancheView(session.state, node, this.#clock.monotonic()) : undefined;
  }

  /** The tranche that an entry order went to, followed through merges. @throws ValidationError `NOT_FOUND` for no id */
  trancheForOrder(orderId: string | number): TrancheView | undefined {
    const id = readOrderId(orderId);
    const engine = this.#session?.state;
    return engine ? trancheOfOrder(engine, id, this.#clock.monotonic()) : undefined;
  }

  /**
   * Events of this store, in order.
   *
   * @throws ValidationError `QUERY_INVALID` · StoreError `STORE_CLOSED` before `start()`, when it is read
   */
  history(query?: HistoryQuery): AsyncIterable<StoredEvent> {
    return this.#store.history(checkHistoryQuery(query));
  }

  getHealth(): MonitorHealth {
    const engine = this.#session?.state ?? null;
    return healthOf({
      state: engine?.halted && this.#state === 'running' ? 'halted' : this.#state,
      durability: this.#store.durability,
      engine,
      mono: this.#clock.monotonic(),
      now: this.#clock.now(),
      startedMono: this.#startedMono,
    });
  }

  /** Whether something waits to be processed, recorded or told. Resting orders and timers do not count. */
  get busy(): boolean {
    return this.#entering > 0 || (this.#session?.shell.busy ?? false);
  }

  /** Resolves when nothing is under way any more: for replays and tests. `requests: false` leaves the exchange out. */
  async settled({ requests = true }: { readonly requests?: boolean } = {}): Promise<void> {
    while (this.#entering > 0) {
      await new Promise<void>((resolve) => this.#enteredWaiters.push(resolve));
    }
    await this.#session?.shell.settled(requests);
  }

  /**
   * Adds a listener. One that throws, rejects or hangs disturbs nobody; it may call the monitor.
   *
   * @throws ConfigError `CONFIG_INVALID` for an event that there is not, as `once` and `off` do
   */
  on<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): this {
    checkEventName(name);
    this.#emitter.on(name, listener);
    return this;
  }

  once<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): this {
    checkEventName(name);
    this.#emitter.once(name, listener);
    return this;
  }

  off<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): this {
    checkEventName(name);
    this.#emitter.off(name, listener);
    return this;
  }

  /**
   * Hands a call over to the core, in the order in which such calls were made. Counts as busy until it is there.
   *
   * @param symbol its instrument is loaded first, where anything is planned for it
   * @param late answers instead when the instrument cannot be had in time
   */
  async #call<Value>(
    post: (session: Session) => Promise<Value>,
    symbol?: string,
    late?: (session: Session) => Value,
  ): Promise<Value> {
    let answer: Promise<Value>;
    this.#entering += 1;
    try {
      const session = await this.#running();
      if (symbol !== undefined && isPlanned(session.state, symbol)) {
        const known = late
          ? session.instruments.inTime(symbol)
          : await session.instruments.of(symbol);
        if (late && known !== true && !(await known)) return late(session);
      }
      answer = post(session);
    } finally {
      this.#entering -= 1;
      if (this.#entering === 0) for (const resolve of this.#enteredWaiters.splice(0)) resolve();
    }
    return answer;
  }

  /** The running session; waits while starting. */
  async #running(): Promise<Session> {
    if (this.#starting === null || this.#stopping !== null) throw notRunning(this.#state);
    await this.#starting;
    if (this.#session === null) throw notRunning(this.#state);
    return this.#session;
  }

  #onListenerFault(event: MonitorEventName, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    this.#logger.error({ event, error: detail }, 'a listener failed');
    if (event === 'listener:error' || this.#tellingFault) return;
    this.#tellingFault = true;
    this.#session?.shell.post({ kind: 'listener-error', event, detail });
    this.#tellingFault = false;
  }
}

function notRunning(state: string): ValidationError {
  return new ValidationError('STATE_INVALID', 'The monitor is not running', {
    expected: 'a call after start()',
    received: `state ${state}`,
    remedy: 'Call start() first',
  });
}
