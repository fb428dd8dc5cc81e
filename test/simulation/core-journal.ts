import { mergeBatches } from '../../src/journal/merge-batches.js';
import { STORE_RETRY_MS } from '../../src/limits.js';
import type { Clock } from '../../src/ports/clock.js';
import type { StoreBatch } from '../../src/ports/store.js';
import type { SimDisk } from './disk.js';

/** The journal's rules on a simulated disk, without promises: in order, and nothing is lost while the disk fails. */
export class CoreJournal {
  readonly #disk: SimDisk;
  readonly #clock: Clock;
  readonly #life: number;
  readonly #onState: (writable: boolean) => void;
  #underWay: StoreBatch[] = [];
  #backlog: StoreBatch[] = [];
  #failing = false;
  #retrying = false;
  #dead = false;

  constructor(disk: SimDisk, clock: Clock, life: number, onState: (writable: boolean) => void) {
    this.#disk = disk;
    this.#clock = clock;
    this.#life = life;
    this.#onState = onState;
  }

  /** Its process is dead: nothing is written any more. */
  die(): void {
    this.#dead = true;
  }

  get writable(): boolean {
    return !this.#failing;
  }

  commit(batch: StoreBatch, recorded: (ok: boolean) => void, durable: (ok: boolean) => void): void {
    if (this.#failing) {
      this.#backlog.push(batch);
      recorded(false);
      durable(false);
      return;
    }
    this.#underWay.push(batch);
    this.#disk.commit(this.#life, {
      batch: () => batch,
      recorded: (ok) => {
        if (ok) this.#underWay = this.#underWay.filter((other) => other !== batch);
        else this.#failed(batch);
        recorded(ok);
      },
      durable,
    });
  }

  #failed(batch: StoreBatch): void {
    const at = this.#underWay.indexOf(batch);
    if (at >= 0) this.#backlog = [...this.#underWay.splice(at), ...this.#backlog];
    if (!this.#failing) {
      this.#failing = true;
      this.#onState(false);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#retrying) return;
    this.#retrying = true;
    this.#clock.setTimer(() => {
      this.#retrying = false;
      this.#writeBacklog();
    }, STORE_RETRY_MS);
  }

  #writeBacklog(): void {
    const writing = this.#backlog;
    if (writing.length === 0 || this.#dead) return;
    this.#backlog = [];
    this.#disk.commit(this.#life, {
      batch: () => mergeBatches(writing),
      recorded: (ok) => {
        if (!ok) {
          this.#backlog = [...writing, ...this.#backlog];
          this.#schedule();
        } else if (this.#backlog.length > 0) this.#writeBacklog();
        else {
          this.#failing = false;
          this.#onState(true);
        }
      },
      durable: () => {},
    });
  }
}
