import { parentPort, workerData } from 'node:worker_threads';
import { type BatchRequest, runBatch } from './batch.js';

/** In a worker: plays the range of seeds that it was given. */
export async function work(): Promise<void> {
  if (parentPort === null) return;
  parentPort.postMessage({ result: await runBatch(workerData as BatchRequest) });
}
