import type {
  DecimalInput,
  FillReport,
  OrderStatusReport,
  PositionMonitor,
  Tranche,
} from 'position-monitor';
import type { AccountMessage, Flaw } from '../wire.js';
import { say } from './say.js';

/** What the venue calls the bot's own entries. */
const ENTRY_PREFIX = 'entry-';
/** No call of the public interface may take longer than this, ms. */
const SETTLES_WITHIN_MS = 25_000;

/** The bot itself: hands over some of its fills, and now and then moves, merges or closes. */
export class Host {
  readonly #monitor: PositionMonitor;
  readonly #random: () => number;
  readonly #flaw: Flaw | null;
  /** What each entry order has executed so far. */
  readonly #entries = new Map<string, OrderStatusReport>();
  #isQuiet = false;

  constructor(monitor: PositionMonitor, random: () => number, flaw: Flaw | null) {
    this.#monitor = monitor;
    this.#random = random;
    this.#flaw = flaw;
  }

  /** Acts by itself from now on. */
  begin(): void {
    const next = (): void => {
      if (this.#isQuiet) return;
      this.#act();
      setTimeout(next, 300 + this.#random() * 1_500);
    };
    setTimeout(next, 200 + this.#random() * 800);
  }

  /** Touches nothing any more. */
  quiet(): void {
    this.#isQuiet = true;
  }

  /** Hears the account stream. About three quarters of the bot's own fills are handed over, some of them twice. */
  hear(message: AccountMessage): void {
    if (message[0] === 'position') return;
    if (message[1].clientOrderId?.startsWith(ENTRY_PREFIX) !== true) return;
    if (message[0] === 'order') {
      this.#entries.set(message[1].orderId, message[1]);
      return;
    }
    const times = [0, 1, 1, 2][Math.floor(this.#random() * 4)] ?? 1;
    for (let count = 0; count < times; count += 1) this.#handOver(message[1]);
  }

  /** Closes something that is open. */
  close(): void {
    const tranche = this.#anyTranche();
    if (tranche !== undefined) void this.#call(() => this.#monitor.closeTranche(tranche.id));
  }

  #handOver({ symbol, orderId, side, positionSide, trade, time }: FillReport): void {
    const entry = this.#entries.get(orderId);
    const lastFilled = {
      lastFilledQty: trade.quantity,
      lastFilledPrice: trade.price,
      tradeId: trade.tradeId,
    };
    // Both forms that hosts use: single trades, or what the order has executed so far.
    const isCumulative = entry?.avgPrice !== undefined && this.#random() < 0.5;
    const executed = isCumulative
      ? { executedQty: entry.executedQty, avgPrice: entry.avgPrice as DecimalInput }
      : lastFilled;
    const atLeast = Number(isCumulative ? entry.executedQty : trade.quantity);
    const ack = (): void => say({ say: 'ack', symbol, orderId, atLeast });
    if (this.#flaw === 'ack-early') ack();
    void this.#call(async () => {
      const fill = { orderId, symbol, side, positionSide, time, ...executed };
      if (await this.#monitor.handleOrderFill(fill)) ack();
    });
  }

  #act(): void {
    const tranche = this.#anyTranche();
    if (tranche === undefined) return;
    const dice = this.#random();
    const monitor = this.#monitor;
    if (dice < 0.25) this.close();
    else if (dice < 0.5) {
      const stop = Number(tranche.levels.stopLoss ?? tranche.entryPrice);
      const slPrice = stop * (tranche.side === 'LONG' ? 1.001 : 0.999);
      void this.#call(() => monitor.updateTpSl(tranche.id, { slPrice }));
    } else if (dice < 0.6) {
      const tpPrice = Number(tranche.entryPrice) * (tranche.side === 'LONG' ? 1.006 : 0.994);
      void this.#call(() => monitor.updateTpSl(tranche.id, { tpPrice }));
    } else if (dice < 0.7) void this.#call(() => monitor.mergeTranches(tranche.positionId));
    else if (dice < 0.75) void this.#call(() => monitor.closePosition(tranche.symbol));
    else if (dice < 0.8) void this.#call(() => monitor.reconcile());
  }

  #anyTranche(): Tranche | undefined {
    const open = this.#monitor.positions().flatMap(({ tranches }) => tranches);
    return open[Math.floor(this.#random() * open.length)];
  }

  /** A call may be refused; it may not hang, and may not fail in a way that is no error of the package. */
  async #call(task: () => Promise<unknown>): Promise<void> {
    const timer = setTimeout(
      () => say({ say: 'broken', detail: `did not settle: ${task}` }),
      SETTLES_WITHIN_MS,
    );
    try {
      await task();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (typeof code !== 'string') say({ say: 'broken', detail: `${task}: ${error}` });
    } finally {
      clearTimeout(timer);
    }
  }
}
