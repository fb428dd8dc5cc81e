import type { Oracle } from './oracle.js';

/** An exposure without cover must be told within this time, ms. */
const SILENT_MS_MAX = 1_000;

/** Nothing may stay without cover in silence: resting, guarded, or told. */
export class NakedWatch {
  readonly #oracle: Oracle;
  readonly #since = new Map<
    string,
    { readonly at: number; readonly opened: number; lagMs: number }
  >();
  readonly #told = new Map<string, number>();
  /** When a tranche was last seen with cover. */
  readonly #covered = new Map<string, number>();
  #excusedUntil = 0;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  look(): void {
    const { now, subject } = this.#oracle;
    if (subject.phase !== 'running') return;
    const naked = new Set(subject.naked());
    for (const id of this.#oracle.opened.keys()) if (!naked.has(id)) this.#covered.set(id, now);
    for (const id of naked) {
      const since = this.#since.get(id);
      const { disk, plan } = this.#oracle.world;
      const opened = this.#oracle.opened.get(id) ?? 0;
      /** What came in since is new, and may have been covered in between. */
      if (since === undefined || since.opened < opened) {
        this.#since.set(id, { at: now, opened, lagMs: disk.lagMs });
        continue;
      }
      /** What is told waits for what is recorded before it. */
      since.lagMs = Math.max(since.lagMs, disk.lagMs);
      const { recordMs, durableMs } = plan.setup;
      const patience = SILENT_MS_MAX + recordMs + durableMs + since.lagMs;
      if (now - since.at <= patience || now < this.#excusedUntil) continue;
      /** What is told waits for the store. */
      if (this.#oracle.hasStoreTrouble) continue;
      /** Told since it was last seen covered. */
      if ((this.#told.get(id) ?? Number.NEGATIVE_INFINITY) >= (this.#covered.get(id) ?? 0)) {
        this.#oracle.note('without cover, told');
        continue;
      }
      this.#oracle.fail(
        'I3',
        `${id} has had no cover since ${Math.round(since.at)} ms and nobody was told`,
      );
    }
    for (const id of this.#since.keys()) if (!naked.has(id)) this.#since.delete(id);
  }

  onTold(name: string, payload: Readonly<Record<string, unknown>>): void {
    const alarms = [
      'protection:failed',
      'protection:missing',
      'price:stale',
      'feed:disconnected',
      'order:unresolved',
    ];
    if (!alarms.includes(name)) return;
    const { trancheId } = payload as { trancheId?: string | null };
    if (typeof trancheId === 'string') this.#told.set(trancheId, this.#oracle.now);
    else for (const id of this.#since.keys()) this.#told.set(id, this.#oracle.now);
  }

  /** A process that stands still can tell nothing. */
  excuse(ms: number): void {
    this.#excusedUntil = Math.max(this.#excusedUntil, this.#oracle.now + ms);
  }

  forget(): void {
    this.#since.clear();
    this.#excusedUntil = this.#oracle.now + SILENT_MS_MAX;
  }
}
