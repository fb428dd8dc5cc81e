import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BotCommand, BotLine, BotTask } from '../wire.js';

const ERROR_CHARACTERS_KEPT = 4_000;

/** One life of the bot: a process of its own. */
export class BotProcess {
  readonly startedAt = performance.now();
  /** Resolves when it is dead and everything that it said was heard. */
  readonly ended: Promise<void>;
  isAlive = true;
  wasKilled = false;
  /** When `start()` of its monitor had resolved; `null` before. */
  readyAt: number | null = null;
  #killedAt: number | null = null;
  readonly #child;
  #errors = '';

  /** @param program the bot's main file, beside the installed package */
  constructor(program: string, task: BotTask, hear: (line: BotLine) => void) {
    this.#child = spawn(process.execPath, [program, JSON.stringify(task)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const reader = createInterface({ input: this.#child.stdout });
    reader.on('line', (text) => {
      const line = JSON.parse(text) as BotLine;
      if (line.say === 'ready') this.readyAt = performance.now();
      hear(line);
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERROR_CHARACTERS_KEPT);
    });
    const exited = once(this.#child, 'exit');
    this.ended = Promise.all([exited, once(reader, 'close')]).then(() => {
      this.isAlive = false;
    });
  }

  tell(command: BotCommand): void {
    this.#child.stdin.write(`${command}\n`);
  }

  /** Takes effect before this returns, as far as anybody can see. */
  kill(): void {
    if (this.wasKilled || !this.isAlive) return;
    this.wasKilled = true;
    this.#killedAt = performance.now();
    this.isAlive = false;
    this.#child.kill('SIGKILL');
  }

  /** Ms from `start()` until now, or until its death. */
  get upMs(): number {
    return this.readyAt === null ? 0 : (this.#killedAt ?? performance.now()) - this.readyAt;
  }

  /** How it ended by itself. */
  get lastWords(): string {
    const { exitCode, signalCode } = this.#child;
    return `ended with ${exitCode ?? signalCode}: ${this.#errors.trim()}`;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }
}
