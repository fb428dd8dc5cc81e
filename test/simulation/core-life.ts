import { createState } from '../../src/engine/create-state.js';
import { restoreState } from '../../src/engine/restore-state.js';
import type { EngineState } from '../../src/engine/state.js';
import { step } from '../../src/engine/step.js';
import { acceptQuietTick } from '../../src/engine/ticks.js';
import { InvariantError } from '../../src/errors/invariant-error.js';
import { isMonitorError } from '../../src/errors/position-monitor-error.js';
import { decodeSnapshot } from '../../src/journal/decode-snapshot.js';
import { encodeBatch } from '../../src/journal/encode-batch.js';
import {
  BOOT_SETTLE_MAX_MS,
  CONNECT_RETRY_MAX_MS,
  CONNECT_RETRY_MS,
  RECORDING_NOTICE_MS,
} from '../../src/limits.js';
import type { Command } from '../../src/model/command.js';
import type { Effect, SettleResult } from '../../src/model/effect.js';
import type { Input } from '../../src/model/input.js';
import { instrumentFrom } from '../../src/model/instrument.js';
import type { OrderKind } from '../../src/model/order.js';
import type { PriceSource } from '../../src/model/price.js';
import type { CoreSettings } from '../../src/model/settings.js';
import { FIRST_START, fillSymbols } from '../../src/monitor/fill-symbols.js';
import type { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { TimerHandle } from '../../src/ports/clock.js';
import type { SimLine } from '../../src/testing/sim/sim-line.js';
import type { SimEvent } from '../../src/testing/sim/sim-order.js';
import { CoreJournal } from './core-journal.js';
import { CoreReader } from './core-reader.js';
import type { SimDisk } from './disk.js';
import { INSTRUMENT } from './plan.js';
import { evidenceOfFill, orderReportOf, positionReportOf } from './reports.js';
import type { Told } from './subject.js';
import type { Trace } from './trace.js';

export interface LifeOptions {
  readonly clock: VirtualClock;
  readonly line: SimLine;
  readonly disk: SimDisk;
  readonly settings: CoreSettings;
  readonly reconcileIntervalMs: number;
  readonly sources: readonly PriceSource[];
  readonly orderKinds: readonly OrderKind[];
  readonly trace: Trace;
  readonly onTold: (told: Told) => void;
  readonly onSettled: (requestId: number, result: SettleResult, durable: boolean) => void;
  readonly onFault: (what: string) => void;
  /** Asked before and after every effect: true = the process dies here. */
  readonly diesAt: (when: 'before' | 'after') => boolean;
}

/** What is to be told of one step, and whether its record is durable; `null` = not known yet. */
interface Telling {
  durable: boolean | null;
  /** Nothing of it is recorded: it is as good as the store is when its turn comes. */
  asTheStore: boolean;
  isComplete: boolean;
  readonly acts: (() => void)[];
}

/** The one instance that every monitor of the simulation has. */
const ISSUER_INSTANCE = 'default';

/**
 * One life of a monitor around the bare core: the shell's rules, without promises. An input, then its effects: record,
 * act, tell. Everything happens inside of the clock's advance.
 */
export class CoreLife {
  readonly state: EngineState;
  readonly #options: LifeOptions;
  readonly #reader: CoreReader;
  readonly #journal: CoreJournal;
  readonly #timers = new Map<string, TimerHandle>();
  readonly #mailbox: Input[] = [];
  #draining = false;
  #dead = false;
  #started = false;
  #inFlight = 0;
  #comparing = false;
  #scheduled = 0;
  #compareAgain = false;
  /** While the process is paused nothing reaches it. */
  #pausedUntil = 0;
  readonly #held: (() => void)[] = [];
  readonly #telling: Telling[] = [];

  constructor(options: LifeOptions) {
    this.#options = options;
    const { clock, line, disk } = options;
    const life = disk.nextLife();
    const connection = line.connect({
      event: (event) => this.#whenAwake(() => this.#onEvent(event)),
      connection: (up) =>
        this.#whenAwake(() => this.post({ kind: 'exchange-connection', up, detail: 'stream' })),
      gap: () => this.#whenAwake(() => this.compareSoon()),
    });
    this.#reader = new CoreReader(connection, line.venue, clock, (input) =>
      this.#whenAwake(() => this.#answered(input)),
    );
    this.#journal = new CoreJournal(disk, clock, life, (writable) =>
      this.post({ kind: 'store', writable, detail: writable ? 'works' : 'fails' }),
    );
    const snapshot = decodeSnapshot(disk.load());
    const { profile } = line.venue;
    this.state = createState({
      settings: options.settings,
      issuer: { instanceId: ISSUER_INSTANCE, incarnation: disk.incarnation },
      venue: {
        severalStops: profile.severalStops,
        countsRestingReduceOnly: profile.countsRestingReduceOnly,
        minNotionalOnExits: false,
        orderKinds: options.orderKinds,
        batchSize: profile.batchSize,
        maxProtectiveOrders: { perSymbol: null, perAccount: null },
      },
      feedSources: new Set(options.sources),
      lastSeq: snapshot.lastSeq,
    });
    restoreState(this.state, snapshot, clock.monotonic());
  }

  get isStarted(): boolean {
    return this.#started;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** The exchange's time, as far as the process knows it, ms. */
  get venueNow(): number {
    return this.#reader.venueNow();
  }

  die(): void {
    this.#dead = true;
    this.#journal.die();
    for (const timer of this.#timers.values()) this.#options.clock.clearTimer(timer);
    this.#timers.clear();
    this.#mailbox.length = 0;
  }

  /** The whole process stands still: what arrives waits. */
  pause(ms: number): void {
    const { clock } = this.#options;
    this.#pausedUntil = clock.monotonic() + ms;
    clock.setTimer(() => {
      if (this.#dead || clock.monotonic() < this.#pausedUntil) return;
      for (const act of this.#held.splice(0)) if (!this.#dead) act();
    }, ms);
  }

  post(input: Input): void {
    if (this.#dead) return;
    this.#mailbox.push(input);
    if (this.#draining) return;
    this.#draining = true;
    for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
      this.#process(next);
      if (this.#dead) break;
    }
    this.#draining = false;
  }

  tick(source: PriceSource, price: number): void {
    this.#whenAwake(() => {
      const { clock } = this.#options;
      const symbol = INSTRUMENT.symbol;
      const now = this.#options.line.venue.now();
      const mono = clock.monotonic();
      if (
        this.#mailbox.length === 0 &&
        !this.#draining &&
        acceptQuietTick(this.state, symbol, source, price, now, mono)
      ) {
        return;
      }
      this.post({ kind: 'tick', symbol, source, price, exchangeTime: now, receivedAt: mono });
    });
  }

  feed(state: 'connected' | 'disconnected' | 'reconnected'): void {
    this.#whenAwake(() => this.post({ kind: 'feed-connection', state, detail: 'feed' }));
  }

  compareSoon(): void {
    if (this.#dead || this.state.phase === 'booting') return;
    if (this.#comparing) {
      this.#compareAgain = true;
      return;
    }
    this.#comparing = true;
    const done = (): void => {
      this.#comparing = false;
      if (!this.#compareAgain || this.#dead) return;
      this.#compareAgain = false;
      this.compareSoon();
    };
    this.#compare(false, done, () => {
      this.post({ kind: 'comparison-failed', detail: 'a read failed' });
      done();
    });
  }

  /** Lets a callback run when the process is awake and alive. */
  #whenAwake(act: () => void): void {
    if (this.#dead) return;
    if (this.#options.clock.monotonic() < this.#pausedUntil) this.#held.push(act);
    else act();
  }

  #onEvent(event: SimEvent): void {
    const { venue } = this.#options.line;
    if (event.kind === 'order') {
      this.post({ kind: 'order', report: orderReportOf(venue, event.order, event.fill) });
    } else if (event.kind === 'fill') {
      const evidence = evidenceOfFill(venue, event.fill);
      this.post({ kind: 'fill', evidence, origin: 'stream', requestId: null });
    } else {
      this.post({ kind: 'position', report: positionReportOf(venue, event, event.time) });
    }
  }

  #answered(input: Input): void {
    if (input.kind === 'place-result' || input.kind === 'cancel-result') this.#inFlight -= 1;
    this.post(input);
  }

  #process(input: Input): void {
    const { clock, trace } = this.#options;
    const at = { now: clock.now(), mono: clock.monotonic(), venue: this.#reader.venueNow() };
    trace.input(at.mono, input);
    let effects: Effect[];
    try {
      effects = step(this.state, input, at);
    } catch (error) {
      const broken = isMonitorError(error)
        ? error
        : new InvariantError('INVARIANT_BROKEN', `The core failed on ${input.kind}`, {
            cause: error,
          });
      this.#options.onFault(
        `halted on ${input.kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      effects = step(this.state, { kind: 'halt', error: broken }, at);
    }
    this.#perform(effects);
  }

  #perform(effects: readonly Effect[]): void {
    const { trace, clock, onTold, onSettled } = this.#options;
    /** What waits for the record, and how it went: `null` = not known yet. */
    let recorded: boolean | null = null;
    const waiting: Command[] = [];
    if (effects.length === 0) return;
    const telling: Telling = { durable: null, asTheStore: true, isComplete: false, acts: [] };
    let durable: boolean | null = this.#journal.writable;
    this.#telling.push(telling);
    const since = clock.monotonic();
    for (const effect of effects) {
      if (this.#dead) return;
      trace.effect(effect);
      if (effect.kind === 'persist') {
        durable = null;
        telling.asTheStore = false;
        const batch = encodeBatch(effect.changes);
        const onRecorded = (ok: boolean): void => {
          recorded = ok;
          const took = clock.monotonic() - since;
          if (ok && Math.abs(took - this.state.recordingMs) > RECORDING_NOTICE_MS) {
            this.post({ kind: 'recording-took', ms: took });
          }
          trace.slice += 1;
          for (const command of waiting.splice(0)) this.#happen(() => this.#write(command, ok));
        };
        const onDurable = (ok: boolean): void => {
          durable = ok;
          if (!telling.isComplete) return;
          telling.durable = ok;
          this.#tell();
        };
        this.#happen(() => this.#journal.commit(batch, onRecorded, onDurable));
      } else if (effect.kind === 'send') {
        const { command } = effect;
        const writes = command.kind === 'place' || command.kind === 'cancel';
        if (!writes) this.#happen(() => this.#read(command));
        else if (recorded === null && effects[0]?.kind === 'persist') waiting.push(command);
        else this.#happen(() => this.#write(command, recorded ?? true));
      } else if (effect.kind === 'timer') this.#setTimer(effect.key, effect.at);
      else if (effect.kind === 'emit') {
        const { name, payload } = effect.event;
        telling.acts.push(() => onTold({ name, payload: payload as unknown as Told['payload'] }));
      } else {
        const { requestId, result } = effect;
        telling.acts.push(() => onSettled(requestId, result, telling.durable === true));
      }
    }
    if (this.#dead) return;
    telling.isComplete = true;
    telling.durable = durable;
    this.#tell();
  }

  /** Something leaves the core's hands: the process may die right before and right after it. */
  #happen(act: () => void): void {
    const { diesAt } = this.#options;
    if (this.#dead || diesAt('before')) return;
    act();
    if (!this.#dead) diesAt('after');
  }

  /** Events and answers leave when they are durable, in the order in which they were decided. */
  #tell(): void {
    this.#options.trace.slice += 1;
    for (let next = this.#telling[0]; next !== undefined; next = this.#telling[0]) {
      if (this.#dead || next.durable === null) return;
      if (next.asTheStore) next.durable = this.#journal.writable;
      this.#telling.shift();
      for (const act of next.acts) this.#happen(act);
    }
  }

  #write(command: Command, recorded: boolean): void {
    if (this.#dead) return;
    if (command.kind === 'cancel') {
      this.#inFlight += 1;
      if (recorded) this.#reader.cancel(command);
      else
        this.#answered({
          kind: 'cancel-result',
          clientOrderId: command.clientOrderId,
          outcome: UNRECORDED,
        });
      return;
    }
    if (command.kind !== 'place') return;
    this.#inFlight += command.orders.length;
    const leaving = recorded
      ? command.orders
      : command.orders.filter((order) => order.evenUnrecorded);
    if (leaving.length > 0) this.#reader.place({ ...command, orders: leaving });
    for (const { clientOrderId, attempt } of command.orders.filter(
      (order) => !leaving.includes(order),
    )) {
      this.#answered({ kind: 'place-result', clientOrderId, attempt, outcome: UNRECORDED });
    }
  }

  #read(command: Command): void {
    if (command.kind === 'resolve') this.#reader.resolve(command);
    else if (command.kind === 'read-position') this.#reader.readPosition(command);
    else if (command.kind === 'look-up') this.#reader.lookUp(command);
    else if (command.kind === 'confirm-price') this.#reader.confirmPrice(command);
    else if (command.kind === 'compare-account') {
      this.#options.clock.setTimer(() => this.compareSoon(), 0);
    }
  }

  #setTimer(key: string, at: number | null): void {
    const { clock } = this.#options;
    const known = this.#timers.get(key);
    if (known !== undefined) clock.clearTimer(known);
    this.#timers.delete(key);
    if (at === null || this.#dead) return;
    const timer = clock.setTimer(
      () =>
        this.#whenAwake(() => {
          this.#timers.delete(key);
          this.post({ kind: 'timer', key });
        }),
      Math.max(0, at - clock.monotonic()),
    );
    this.#timers.set(key, timer);
  }

  /** The boot barrier: nothing is sent before the account was read completely once. */
  begin(): void {
    const { clock } = this.#options;
    const since = clock.now();
    this.post({ kind: 'exchange-connection', up: true, detail: 'connected' });
    this.#retrying(
      (done, again) => {
        if (this.state.marks.has(FIRST_START)) {
          done();
          return;
        }
        this.#reader.time((venueTime) => {
          /** The exchange's time of the moment at which the start began. */
          const value = String(venueTime - (clock.now() - since));
          this.post({ kind: 'mark', name: FIRST_START, value });
          this.#whenRecorded(done);
        }, again);
      },
      () =>
        this.#retrying(
          (done, again) => {
            this.#reader.read(
              'instrument',
              () => null,
              () => {
                this.post({ kind: 'instrument', instrument: instrumentFrom(INSTRUMENT) });
                done();
              },
              again,
            );
          },
          () => {
            this.post({ kind: 'feed-connection', state: 'connected', detail: 'feed' });
            this.#retrying(
              (done, again) => this.#compare(true, done, again),
              () => this.#arm(),
            );
          },
        ),
    );
  }

  /** Waits until everything that was decided is durable. */
  #whenRecorded(then: () => void): void {
    if (this.#dead) return;
    if (this.#telling.length === 0 && this.#journal.writable) then();
    else this.#options.clock.setTimer(() => this.#whenRecorded(then), RECORDED_LOOK_MS);
  }

  #retrying(attempt: (done: () => void, again: () => void) => void, then: () => void): void {
    let pause = CONNECT_RETRY_MS;
    const go = (): void => {
      if (this.#dead) return;
      attempt(
        () => {
          if (!this.#dead) then();
        },
        () => {
          this.#options.clock.setTimer(go, pause);
          pause = Math.min(pause * 2, CONNECT_RETRY_MAX_MS);
        },
      );
    };
    go();
  }

  #arm(): void {
    const { clock } = this.#options;
    const until = clock.monotonic() + BOOT_SETTLE_MAX_MS;
    const look = (): void => {
      if (this.#dead) return;
      if (this.#inFlight > 0 && clock.monotonic() < until) {
        clock.setTimer(look, 20);
        return;
      }
      this.#started = true;
      this.post({ kind: 'lifecycle', to: 'started' });
      this.#schedule();
    };
    look();
  }

  #schedule(): void {
    const { clock, reconcileIntervalMs } = this.#options;
    this.#scheduled += 1;
    const delay = Math.round(
      reconcileIntervalMs * (0.9 + (0.2 * ((this.#scheduled * 37) % 97)) / 97),
    );
    clock.setTimer(() => {
      if (this.#dead) return;
      this.#whenAwake(() => this.compareSoon());
      this.#schedule();
    }, delay);
  }

  #compare(boot: boolean, done: () => void, failed: () => void): void {
    const startedAt = this.state.inputs;
    this.#reader.account(
      fillSymbols(this.state),
      (view) =>
        this.#whenAwake(() => {
          this.post({ kind: 'account', view: { ...view, boot, startedAt } });
          done();
        }),
      () => this.#whenAwake(failed),
    );
  }
}

/** How often it is looked whether the first record is made, ms. */
const RECORDED_LOOK_MS = 5;
const UNRECORDED = { kind: 'not-sent', detail: 'the store could not record it' } as const;
