import { parentPort, workerData } from 'node:worker_threads';
import { type BatchRequest, runBatch } from './batch.js';

export { explain } from './explain.js';
export { FAULT_GROUPS, SOMETIMES } from './sometimes.js';

/** How often a worker tells how far it is, seeds. */
const PROGRESS_SEEDS = 100;

/** As a worker: one range of seeds. */
if (parentPort !== null) {
  const port = parentPort;
  const result = await runBatch(workerData as BatchRequest, (done) => {
    if (done % PROGRESS_SEEDS === 0) port.postMessage({ done });
  });
  port.postMessage({ result });
}
