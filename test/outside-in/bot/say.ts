import fs from 'node:fs';
import type { BotLine } from '../wire.js';

/** Tells the supervisor. On return the line is in the kernel's hands: no death of this process can take it back. */
export function say(line: BotLine): void {
  fs.writeSync(1, `${JSON.stringify(line)}\n`);
}
