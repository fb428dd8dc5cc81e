import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../../support/seeded-random.js';
import { Findings } from '../oracle/findings.js';
import { type ExitRole, units } from '../venue/live-book.js';
import type { BotLine, BotVenue, Flaw } from '../wire.js';
import { BotProcess } from './bot-process.js';
import { CoverWatch } from './cover-watch.js';
import { judgeMemory, readStore } from './judge-memory.js';
import { type Death, type LifePlan, PATIENCE_MS, planLife } from './life-plan.js';
import { cutLog, type LogMark, logExtent } from './power-loss.js';
import { settingsFrom, type WorldSettings } from './world-settings.js';
import type { VenueTask, WorldVenue } from './world-venue.js';

export interface WorldParts {
  readonly venueOf: (task: VenueTask) => WorldVenue;
  /** The bot's main file, beside the installed package. */
  readonly botProgram: string;
  /** Where the world may keep its store. */
  readonly folder: string;
  readonly seed: number;
  readonly number: number;
  readonly kills: number;
  readonly flaw: Flaw | null;
  readonly powerLossShare: number;
  /** Resolves when another world has failed: nothing more is to be learned. */
  readonly halted: Promise<void>;
}

/** With faults off, everything must fit together within this time, ms. */
const CONVERGES_WITHIN_MS = 30_000;
/** With many sides and many faults, a moment at which all of them are covered may not come for long. */
const COVER_PATIENCE_MS = 8_000;
const READY_WITHIN_MS = 40_000;
const STOPS_WITHIN_MS = 15_000;
const LOOK_PAUSE_MS = 150;
/** Longer than a stop's move may wait for the price to go away. */
const STAYS_FOR_MS = 2_500;

/** One account with one bot: killed again and again, then left in peace and judged. */
export class World {
  readonly number: number;
  readonly findings = new Findings();
  readonly cover: CoverWatch;
  readonly venue: WorldVenue;
  powerLosses = 0;
  framesLost = 0;
  readonly #parts: WorldParts;
  readonly #random: SeededRandom;
  readonly #settings: WorldSettings;
  readonly #storePath: string;
  readonly #acks = new Map<string, number>();
  #bot: BotProcess | null = null;
  #synced: LogMark | null = null;
  #atStart: LogMark | null = null;
  #upMsOfTheDead = 0;
  /** What the account held before the very first start would be a matter of adoption. */
  #wasReady = false;
  #entersNow = false;
  #isOver = false;
  #health: Extract<BotLine, { say: 'health' }> | null = null;
  /** Ends this life when what its plan waits for has come. */
  #onMoment: (when: 'before' | 'after', what: ExitRole | 'cancel') => void = () => {};
  #onEntry: () => void = () => {};
  #onAck: () => void = () => {};

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.number = parts.number;
    const seed = parts.seed * 1_000 + parts.number;
    this.#random = new SeededRandom(seed, 'lives');
    this.#settings = settingsFrom(new SeededRandom(seed, 'settings'), parts.number);
    this.#storePath = join(parts.folder, `world-${parts.number}.db`);
    this.venue = parts.venueOf({
      number: parts.number,
      seed,
      settings: this.#settings,
      storePath: this.#storePath,
      findings: this.findings,
      life: { isAlive: () => this.#bot?.isAlive === true, upMs: () => this.#upMs() },
      watch: {
        moment: (when, what) => this.#onMoment(when, what),
        entered: (text) => {
          this.findings.trace(`ENTRY ${text}`);
          this.#onEntry();
        },
        told: (text) => {
          this.findings.note(text.replace(/:.*| \S+ (LONG|SHORT) by.*/, ''));
          this.findings.trace(text);
        },
        trouble: (error) => {
          const text = error instanceof Error ? error.stack : `${error}`;
          this.findings.violation('venue', `the venue failed: ${text}`);
        },
        changed: () => this.cover.changed(),
      },
    });
    this.cover = new CoverWatch(this.venue.book, this.findings);
  }

  /** Lives all lives. Ends early at the first violation. */
  async run(): Promise<void> {
    const failed = new Promise<void>((resolve) => this.findings.onViolation(resolve));
    const address = await this.venue.open();
    void this.#enterAtTimes();
    const all = this.#all(address);
    await Promise.race([all, failed, this.#parts.halted]);
    this.#isOver = true;
    this.#bot?.kill();
    await all;
    this.cover.died();
    await this.venue.close();
  }

  async #all(address: BotVenue): Promise<void> {
    for (let kill = 1; kill <= this.#parts.kills && !this.#isDone; kill += 1)
      await this.#life(address);
    if (!this.#isDone) await this.#end(address);
    await this.#bot?.ended;
  }

  get #isDone(): boolean {
    return this.#isOver || this.#hasFailed;
  }

  get #hasFailed(): boolean {
    return this.findings.violations.length > 0;
  }

  async #life(address: BotVenue): Promise<void> {
    const plan = planLife(this.#random, this.#parts.powerLossShare);
    const bot = this.#start(address, plan);
    await Promise.race([this.#untilDeath(bot, plan), bot.ended]);
    this.#unhook();
    if (!bot.wasKilled) {
      await bot.ended;
      if (!this.#isDone) this.findings.violation('I16', `the bot ${bot.lastWords}`);
      return;
    }
    await bot.ended;
    if (this.#isDone) return;
    this.findings.kill += 1;
    this.findings.trace(`killed: ${JSON.stringify(plan)}`);
    await this.#afterDeath(bot, plan);
  }

  #start(address: BotVenue, plan: LifePlan): BotProcess {
    const { botProgram, flaw } = this.#parts;
    this.findings.trace('a process begins');
    this.venue.botBegins();
    const bot = new BotProcess(
      botProgram,
      {
        venue: address,
        storePath: this.#storePath,
        config: this.#settings.config,
        seed: plan.botSeed,
        syncDelayMs: plan.syncDelayMs,
        flaw,
      },
      (line) => this.#hear(line),
    );
    this.#bot = bot;
    if (!plan.entersAlways) this.#entersNow = false;
    this.cover.born();
    return bot;
  }

  #hear(line: BotLine): void {
    if (line.say === 'synced') this.#synced = line;
    else if (line.say === 'ack') {
      const key = `${line.symbol} ${line.orderId}`;
      this.findings.note('acknowledged');
      this.findings.trace(`acknowledged ${key} ${line.atLeast}`);
      this.venue.acknowledged(line.symbol, line.orderId);
      this.#acks.set(key, Math.max(this.#acks.get(key) ?? 0, units(line.atLeast)));
      this.#onAck();
    } else if (line.say === 'ready') {
      this.findings.trace('ready');
      this.#wasReady = true;
      this.#entersNow = true;
    } else if (line.say === 'broken') this.findings.violation('I16', line.detail);
    else if (line.say === 'event') {
      if (line.name === 'start refused') this.findings.note('start refused');
      this.findings.trace(`  ${line.name} ${line.text}`);
    } else if (line.say === 'health') this.#health = line;
  }

  async #untilDeath(bot: BotProcess, plan: LifePlan): Promise<void> {
    const { death } = plan;
    if (death.at === 'start') {
      await pause(death.afterMs);
      bot.kill();
      return;
    }
    if (plan.waitsForCover) {
      const covered = Promise.race([this.cover.covered(), pause(COVER_PATIENCE_MS)]);
      await Promise.all([covered, this.#ready(bot)]);
    }
    this.#entersNow = true;
    const died = new Promise<void>((resolve) => {
      const die = (): void => {
        bot.kill();
        resolve();
      };
      this.#arm(plan, bot, die);
    });
    await died;
  }

  #arm({ death }: LifePlan, bot: BotProcess, dieNow: () => void): void {
    const die = (): void => {
      if (bot.isAlive) this.findings.note(`died as planned: ${nameOf(death)}`);
      dieNow();
    };
    const dieAfter = (ms: number): void => void setTimeout(die, ms);
    let waitsMs = PATIENCE_MS;
    if (death.at === 'running') waitsMs = death.afterMs;
    if (death.at === 'entry') this.#onEntry = () => dieAfter(death.afterMs);
    if (death.at === 'ack') this.#onAck = die;
    if (death.at === 'closing') {
      bot.tell('close');
      waitsMs = death.afterMs;
    }
    if (death.at === 'request') {
      if (death.what === 'close') bot.tell('close');
      this.#onMoment = (when, what) => {
        if (when === death.when && what === death.what) die();
      };
    }
    if (waitsMs < PATIENCE_MS) dieAfter(waitsMs);
    else setTimeout(dieNow, PATIENCE_MS);
  }

  #unhook(): void {
    this.#onMoment = () => {};
    this.#onEntry = () => {};
    this.#onAck = () => {};
  }

  async #ready(bot: BotProcess): Promise<void> {
    while (bot.isAlive && bot.readyAt === null) {
      if (performance.now() - bot.startedAt > READY_WITHIN_MS) {
        this.findings.violation('I16', `start() did not resolve within ${READY_WITHIN_MS} ms`);
        return;
      }
      await pause(5);
    }
  }

  async #afterDeath(bot: BotProcess, plan: LifePlan): Promise<void> {
    this.#upMsOfTheDead += bot.upMs;
    this.#bot = null;
    this.cover.died();
    this.venue.letStoreGo();
    if (!plan.entersAlways) this.#entersNow = false;
    if (plan.isPowerLoss) this.#cutPower(plan);
    else this.#atStart = logExtent(this.#storePath);
    await judgeMemory(this.#storePath, this.#acks, this.findings);
    if (plan.downMs > 0) await pause(plan.downMs);
    this.venue.letStoreGo();
  }

  #cutPower(plan: LifePlan): void {
    const share = plan.cut === 'synced' ? 0 : plan.cutShare;
    const cut = cutLog(this.#storePath, this.#synced, this.#atStart, share);
    this.powerLosses += 1;
    this.venue.powerLost();
    this.#atStart = cut?.left ?? null;
    this.framesLost += cut?.lostFrames ?? 0;
    if (cut !== null && cut.lostFrames > 0) this.findings.note('power loss took something');
    this.findings.trace(`power loss: ${JSON.stringify(cut)}`);
  }

  #upMs(): number {
    return this.#upMsOfTheDead + (this.#bot?.upMs ?? 0);
  }

  async #enterAtTimes(): Promise<void> {
    const random = new SeededRandom(this.#parts.seed * 1_000 + this.#parts.number, 'entry times');
    while (!this.#isOver) {
      await pause(random.int(...this.#settings.entryPauseMs));
      if (this.#wasReady && this.#entersNow && !this.#isOver) await this.venue.enter();
    }
  }

  /** Faults off, market asleep: everything must come to fit, and a goodbye must leave it as it is. */
  async #end(address: BotVenue): Promise<void> {
    const plan: LifePlan = {
      ...planLife(this.#random, this.#parts.powerLossShare),
      entersAlways: false,
      syncDelayMs: 0,
    };
    const bot = this.#start(address, plan);
    await Promise.race([this.#ready(bot), bot.ended]);
    await pause(500);
    this.#entersNow = false;
    bot.tell('quiet');
    this.venue.calm();
    this.findings.trace('quiet begins');
    await Promise.race([this.#converged(), bot.ended]);
    if (bot.isAlive && !this.#isDone) await this.#goodbye(bot);
    else if (!this.#isDone) this.findings.violation('I16', `the bot ${bot.lastWords}`);
  }

  /** Resolves when everything has fitted, and stayed as it is, for a while. */
  async #converged(): Promise<void> {
    const since = performance.now();
    let fittedSince = since;
    let fitted = '';
    for (;;) {
      const snapshot = await readStore(this.#storePath);
      if (this.#isDone) return;
      const found =
        snapshot === null
          ? ['I24: the store is gone']
          : [...(await this.venue.differences(snapshot))];
      const now = performance.now();
      if (found.length > 0 || this.#restingIds() !== fitted) fittedSince = now;
      fitted = this.#restingIds();
      if (now - fittedSince > STAYS_FOR_MS) return;
      if (now - since > CONVERGES_WITHIN_MS) {
        if (found.length === 0) found.push('I6: orders do not come to rest');
        for (const text of found) this.findings.violation(text.slice(0, text.indexOf(':')), text);
        return;
      }
      await pause(LOOK_PAUSE_MS);
    }
  }

  #restingIds(): string {
    return this.venue.restingIds().join();
  }

  async #goodbye(bot: BotProcess): Promise<void> {
    bot.tell('health');
    const before = this.#restingIds();
    for (let waited = 0; this.#health === null && waited < STOPS_WITHIN_MS; waited += 20)
      await pause(20);
    const health = this.#health;
    const isWell =
      health?.state === 'running' &&
      health.isProtected &&
      health.unresolvedOrders + health.unprotected === 0;
    if (this.#isDone) return;
    if (!isWell) this.findings.violation('I6', `the monitor itself says ${JSON.stringify(health)}`);
    bot.tell('stop');
    await Promise.race([bot.ended, pause(STOPS_WITHIN_MS, undefined, { ref: false })]);
    if (bot.exitCode !== 0) this.findings.violation('I22', `stop(): the bot ${bot.lastWords}`);
    const after = this.#restingIds();
    if (before !== after)
      this.findings.violation('I22', `stop() changed orders: ${before} to ${after}`);
  }
}

function nameOf(death: Death): string {
  return death.at === 'request' ? `${death.when} ${death.what}` : death.at;
}
