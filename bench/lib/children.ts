import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Does a job of `child.ts` in a cold process. @returns what it tells */
export function inChild<Result>(
  job: string,
  given: unknown,
  flags: readonly string[] = [],
): Promise<Result> {
  return inProcess('child', [job, JSON.stringify(given)], flags);
}

/** Runs a script of the bench in a process of its own. @returns the last thing that it tells */
export function inProcess<Result>(
  name: string,
  given: readonly string[],
  flags: readonly string[] = [],
): Promise<Result> {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, script, ...given], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: Result | undefined;
    child.on('message', (message) => {
      result = message as Result;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (result !== undefined && code === 0) resolve(result);
      else reject(new Error(`${name} ${given.join(' ')} ended with ${code}`));
    });
  });
}
