import type { StoreBatch } from '../../src/ports/store.js';
import type { SimDisk } from './disk.js';
import type { Oracle } from './oracle.js';

/** Steps of one unit of the simulated contract. */
const STEPS_PER_UNIT = 1_000;

/** What the disk holds, as far as the invariants ask: which orders and cancellations are recorded, and which fills. */
export class Records {
  readonly #disk: SimDisk;
  readonly #orders = new Set<string>();
  readonly #cancels = new Set<string>();
  readonly #fills = new Set<string>();
  /** Entry orders whose protection was acknowledged, and whether a backup took them away. */
  readonly #acknowledged = new Set<string>();
  /** What a tranche had opened when a cancellation of one of its orders was decided, decimal text. */
  readonly #openedAtCancel = new Map<string, string>();
  readonly #cancelAt = new Map<string, number>();
  readonly #cancelStatus = new Map<string, string>();
  readonly #openedAtPlacing = new Map<string, string>();
  readonly #heldAtPlacing = new Map<string, number>();
  readonly #placedAt = new Map<string, number>();
  /** Tranches that have a stop level, and orders that were decided while theirs had none. */
  readonly #withStop = new Set<string>();
  readonly #beforeAnyStop = new Set<string>();
  readonly #held = new Map<string, number>();
  readonly #opened = new Map<string, string>();

  constructor(disk: SimDisk) {
    this.#disk = disk;
    disk.onRecorded = (batch) => this.#add(batch);
    disk.onDecided = (batch) => this.#decided(batch);
  }

  /** What the order's tranche had opened when its cancellation was decided; `null` = never decided. */
  openedAtCancel(clientOrderId: string): string | null {
    return this.#openedAtCancel.get(clientOrderId) ?? null;
  }

  hasOrder(clientOrderId: string): boolean {
    return this.#orders.has(clientOrderId);
  }

  hasCancel(clientOrderId: string): boolean {
    return this.#cancels.has(clientOrderId);
  }

  acknowledge(clientOrderId: string): void {
    this.#acknowledged.add(clientOrderId);
  }

  /** A backup that is older than an acknowledgement excuses it. */
  forgetAcknowledged(): void {
    this.#acknowledged.clear();
  }

  /** The disk was cut back: what is gone is not recorded any more. */
  reload(): void {
    this.#orders.clear();
    this.#cancels.clear();
    this.#fills.clear();
    for (const batch of this.#disk.batches) this.#add(batch);
  }

  judgeAcknowledged(oracle: Oracle): void {
    for (const id of this.#acknowledged) {
      if (!this.#fills.has(id))
        oracle.fail('I12', `the acknowledged fill of ${id} is not on the disk`);
    }
  }

  /** When the cancellation was decided, monotonic ms. */
  cancelDecidedAt(clientOrderId: string): number {
    return this.#cancelAt.get(clientOrderId) ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the order's tranche had no stop level when the order was decided. */
  wasBeforeAnyStop(clientOrderId: string): boolean {
    return this.#beforeAnyStop.has(clientOrderId);
  }

  /** When the order was decided, monotonic ms. */
  decidedAt(clientOrderId: string): number {
    return this.#placedAt.get(clientOrderId) ?? Number.POSITIVE_INFINITY;
  }

  /** What the order's tranche had opened when the order was decided; `null` = never decided. */
  openedAtPlacing(clientOrderId: string): string | null {
    return this.#openedAtPlacing.get(clientOrderId) ?? null;
  }

  /** Steps that the order's tranche held when the order was decided; `null` = never decided. */
  heldAtPlacing(clientOrderId: string): number | null {
    return this.#heldAtPlacing.get(clientOrderId) ?? null;
  }

  #decided(batch: StoreBatch): void {
    for (const { id, openedQty, exitedQty, stopLoss } of batch.tranches) {
      if (stopLoss === null) this.#withStop.delete(id);
      else this.#withStop.add(id);
      this.#opened.set(id, openedQty);
      this.#held.set(id, Math.round((Number(openedQty) - Number(exitedQty)) * STEPS_PER_UNIT));
    }
    for (const { clientOrderId, trancheId, cancelStatus } of batch.orders) {
      if (!this.#openedAtPlacing.has(clientOrderId)) {
        this.#openedAtPlacing.set(clientOrderId, this.#opened.get(trancheId) ?? '0');
        this.#placedAt.set(clientOrderId, this.#disk.now());
        if (!this.#withStop.has(trancheId)) this.#beforeAnyStop.add(clientOrderId);
        this.#heldAtPlacing.set(clientOrderId, this.#held.get(trancheId) ?? 0);
      }
      const before = this.#cancelStatus.get(clientOrderId);
      this.#cancelStatus.set(clientOrderId, cancelStatus);
      /** An order that moves with its tranche is saved again: it was decided when it was submitted first. */
      if (cancelStatus !== 'submitted' || before === 'submitted') continue;
      this.#openedAtCancel.set(clientOrderId, this.#opened.get(trancheId) ?? '0');
      this.#cancelAt.set(clientOrderId, this.#disk.now());
    }
  }

  #add(batch: StoreBatch): void {
    for (const { clientOrderId, cancelStatus } of batch.orders) {
      this.#orders.add(clientOrderId);
      if (cancelStatus !== 'none') this.#cancels.add(clientOrderId);
    }
    for (const { clientOrderId } of batch.ledgers) {
      if (clientOrderId !== null) this.#fills.add(clientOrderId);
    }
  }
}
