import type { MonitorEventMap } from '../../model/monitor-event.js';
import type { ExitView } from '../../model/views.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { EntryRequest } from './entry-orders.js';

/** How an entry was made, and what became of it. */
export interface MadeEntry {
  readonly request: EntryRequest;
  /** Price of its fill, and where it was. */
  readonly price: number;
  readonly row: number;
  readonly time: number;
  /** Tranche that its quantity went to first; `null` when it only reduced the other side (one-way mode). */
  trancheId: string | null;
  /** It went into a tranche that another entry had opened. */
  joined: boolean;
}

/** Who opened which tranche, and how tranches ended: kept from the events, because the monitor forgets old ones. */
export class EntryBook {
  readonly made: MadeEntry[] = [];
  /** `tranche:closed` by tranche. */
  readonly closed = new Map<string, MonitorEventMap['tranche:closed']>();
  readonly exits = new Map<string, readonly ExitView[]>();
  readonly #byOrder = new Map<string, MadeEntry>();
  readonly #owners = new Map<string, MadeEntry>();
  readonly #survivors = new Map<string, string>();

  listen(monitor: PositionMonitor): void {
    monitor.on('fill:applied', ({ orderId, trancheId, effect, reason }) => {
      const entry = this.#byOrder.get(orderId);
      if (entry === undefined || trancheId === null || effect !== 'entry') return;
      entry.trancheId = trancheId;
      entry.joined = reason === 'joined';
      if (!entry.joined) this.#owners.set(trancheId, entry);
    });
    monitor.on('tranche:merged', ({ trancheId, merged }) => {
      for (const id of merged) this.#survivors.set(id, trancheId);
    });
    monitor.on('tranche:closed', (event) => {
      this.closed.set(event.trancheId, event);
      this.exits.set(event.trancheId, event.chain.fills);
    });
  }

  add(entry: MadeEntry): void {
    this.made.push(entry);
    this.#byOrder.set(entry.request.orderId, entry);
  }

  ownerOf(trancheId: string): MadeEntry | undefined {
    return this.#owners.get(trancheId);
  }

  /** The tranche that holds what this one held; itself when it was not merged. */
  survivorOf(trancheId: string): string {
    let id = trancheId;
    for (let next = this.#survivors.get(id); next !== undefined; next = this.#survivors.get(id)) {
      id = next;
    }
    return id;
  }
}
