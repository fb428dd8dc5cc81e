const WIDTH = 30;
/** Nothing is drawn before this, and nothing faster: short work needs no bar, ms. */
const FIRST_AFTER_MS = 1_000;
const REDRAW_MS = 100;

/** A line on a terminal that shows how far long work is. Silent where standard error is none. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  readonly #label: string;
  readonly #startedAt = performance.now();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(label: string, out: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#out = out;
  }

  /** @param share how much is done, 0 to 1 */
  update(share: number, note: string): void {
    if (!this.#out.isTTY) return;
    const now = performance.now();
    if (now - this.#startedAt < FIRST_AFTER_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#isDrawn = true;
    const filled = Math.round(Math.min(Math.max(share, 0), 1) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    this.#out.write(`\r\u001b[2K${this.#label} ${bar} ${Math.round(share * 100)} % ${note}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isDrawn) this.#out.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}
