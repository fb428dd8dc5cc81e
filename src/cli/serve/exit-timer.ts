import { PAGE_MEASURED_MAX } from '../../limits.js';
import type { MonitorEventMap } from '../../model/monitor-event.js';
import type { PriceSource } from '../../model/price.js';

export interface ExitTimerOptions {
  /** When a price came, monotonic ms. */
  readonly receivedAt: (symbol: string, source: PriceSource, price: number) => number | null;
  /** An order to close was handed over so long after the price that asked for it, ms. */
  readonly onOrder: (durationMs: number) => void;
  /** Everything that a fill asked for was in place after so long, ms. */
  readonly onCovered: (durationMs: number) => void;
}

/**
 * Takes two times: from a fill to its cover, and from a price to the order that closes.
 *
 * Events are told when their record is durable, orders leave a little earlier: either may be heard of first.
 */
export class ExitTimer {
  readonly #options: ExitTimerOptions;
  /** Tranches that were filled and are not covered yet. */
  readonly #filled = new Set<string>();
  /** By tranche: when the price came that asks for its close, monotonic ms. */
  readonly #hits = new Map<string, number>();
  /** By order: when it was handed over, or when its price came, whichever is known. */
  readonly #sent = new Map<string, number>();
  readonly #asked = new Map<string, number>();

  constructor(options: ExitTimerOptions) {
    this.#options = options;
  }

  filled({ trancheId, effect }: MonitorEventMap['fill:applied']): void {
    if (effect !== 'entry' || trancheId === null) return;
    this.#filled.add(trancheId);
    if (this.#filled.size > PAGE_MEASURED_MAX) dropOldest(this.#filled);
  }

  placed({ trancheId, sinceFillMs }: MonitorEventMap['protection:placed']): void {
    // Later ones are about levels that moved, not about the fill.
    if (this.#filled.delete(trancheId)) this.#options.onCovered(sinceFillMs);
  }

  hit({ trancheId, symbol, source, price, decision }: MonitorEventMap['trigger:hit']): void {
    if (decision !== 'close') return;
    const at = this.#options.receivedAt(symbol, source, Number(price));
    if (at !== null) remember(this.#hits, trancheId, at);
  }

  /** An order event: which tranche an order that closes belongs to. */
  submitted({ trancheId, clientOrderId, role }: MonitorEventMap['order:submitted']): void {
    const hitAt = role === 'close' ? this.#hits.get(trancheId) : undefined;
    const sentAt = this.#sent.get(clientOrderId);
    this.#sent.delete(clientOrderId);
    if (hitAt === undefined) return;
    this.#hits.delete(trancheId);
    if (sentAt === undefined) remember(this.#asked, clientOrderId, hitAt);
    else this.#options.onOrder(sentAt - hitAt);
  }

  /** @param at when an order was handed to the adapter, monotonic ms */
  handedOver(clientOrderId: string, at: number): void {
    const hitAt = this.#asked.get(clientOrderId);
    this.#asked.delete(clientOrderId);
    if (hitAt === undefined) remember(this.#sent, clientOrderId, at);
    else this.#options.onOrder(at - hitAt);
  }

  closed({ trancheId }: MonitorEventMap['tranche:closed']): void {
    this.#filled.delete(trancheId);
    this.#hits.delete(trancheId);
  }
}

function remember(map: Map<string, number>, key: string, at: number): void {
  map.set(key, at);
  if (map.size > PAGE_MEASURED_MAX) dropOldest(map);
}

function dropOldest(of: Map<string, unknown> | Set<string>): void {
  const [oldest] = of.keys();
  if (oldest !== undefined) of.delete(oldest);
}
