/** What of a terminal is used. `process.stdout` is one. */
export interface WatchTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const OTHER_SCREEN = '\u001b[?1049h';
const FIRST_SCREEN = '\u001b[?1049l';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Draws texts over each other, on the terminal's other screen: what stood there before is there again at the end.
 *
 * Where standard output is no terminal, texts follow one another.
 */
export class ScreenWatch {
  readonly #out: WatchTerminal;
  #isOpen = false;

  constructor(out: WatchTerminal) {
    this.#out = out;
  }

  show(text: string): void {
    if (this.#out.isTTY !== true) {
      this.#out.write(`${text}\n\n`);
      return;
    }
    const opening = this.#isOpen ? '' : OTHER_SCREEN + HIDE_CURSOR;
    this.#isOpen = true;
    const { columns = 80, rows = 24 } = this.#out;
    const lines = text.split('\n');
    const fitting = lines.length > rows ? [...lines.slice(0, rows - 1), more(lines, rows)] : lines;
    // Cut, not wrapped: a line that takes two would push the others out.
    const drawn = fitting.map((line) => [...line].slice(0, columns).join('') + CLEAR_LINE);
    this.#out.write(`${opening}${HOME}${drawn.join('\r\n')}${CLEAR_BELOW}`);
  }

  /** Gives the terminal back. May be called twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#out.write(SHOW_CURSOR + FIRST_SCREEN);
  }
}

function more(lines: readonly string[], rows: number): string {
  return `… ${lines.length - rows + 1} more lines; make the window higher, or use --json`;
}
