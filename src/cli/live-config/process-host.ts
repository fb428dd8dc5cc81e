import { createInterface } from 'node:readline/promises';
import { SystemClock } from '../../platform/system-clock.js';
import type { LiveHost } from './live-host.js';
import { makeExchange } from './make-exchange.js';
import { makeFeed } from './make-feed.js';

/** The real world: this process, its terminal, its clock and its network. */
export function processHost(): LiveHost {
  return {
    environment: process.env,
    clock: new SystemClock(),
    print: (line) => console.log(line),
    tell: (line) => console.error(line),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    confirm: ask,
    onStopSignal(listener) {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exitNow: (code) => process.exit(code),
    makeExchange,
    makeFeed,
  };
}

/** Asked on standard error: standard output is the result. */
async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), gone]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}
