import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Does a job of `child.ts` in a cold process. @returns what it tells */
export function inChild<Result>(
  job: string,
  given: unknown,
  flags: readonly string[] = [],
): Promise<Result> {
  const script = fileURLToPath(new URL('child.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, script, job, JSON.stringify(given)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: Result | undefined;
    child.on('message', (message) => {
      result = message as Result;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (result !== undefined) resolve(result);
      else reject(new Error(`the job ${job} ended with ${code} and said nothing`));
    });
  });
}
