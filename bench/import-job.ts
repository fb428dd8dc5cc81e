/** Imports one module in a cold process and tells how long it took: `node import-job.js NAME`. */
const began = performance.now();
await import(process.argv[2] ?? '');
const tookMs = performance.now() - began;
await new Promise<void>((resolve) => process.send?.({ tookMs }, () => resolve()));
process.exit(0);
