import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ChildTask } from './store-child.js';

export interface StoreChild {
  /** Lines said so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that fits; rejects when the process ends without one. */
  line(fits: (line: string, count: number) => boolean): Promise<string>;
  /** Resolves when the process has ended and everything it said was read. */
  ended(): Promise<void>;
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('store-child.ts', import.meta.url));

/** Starts a process on a store. It ends with the test at the latest. */
export function startChild(task: ChildTask): StoreChild {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiters = new Set<() => void>();
  const reader = createInterface({ input: child.stdout });
  let hasEnded = false;
  const wake = (): void => {
    for (const waiter of waiters) waiter();
  };
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  const closed = once(reader, 'close').then(() => {
    hasEnded = true;
    wake();
  });
  return {
    lines,
    line: (fits) =>
      new Promise((resolve, reject) => {
        let at = 0;
        const look = (): void => {
          for (; at < lines.length; at++) {
            const line = lines[at] ?? '';
            if (!fits(line, at + 1)) continue;
            waiters.delete(look);
            resolve(line);
            return;
          }
          if (hasEnded) reject(new Error(`the process ended after: ${lines.slice(-3).join(', ')}`));
        };
        waiters.add(look);
        look();
      }),
    ended: async () => {
      await Promise.all([exited, closed]);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await Promise.all([exited, closed]);
    },
  };
}
