import { hunt } from './hunt.js';

/*
 * One hunt in a process of its own: a bug may make it run without end. Arguments: simulator, first seed, seeds,
 * invariants. A promise that nobody handles names no seed of its own; it is counted, and the hunt goes on.
 */

const [simulator = 'S1', from = '1', count = '1', invariants = ''] = process.argv.slice(2);
let unhandled = 0;
process.on('unhandledRejection', () => {
  unhandled += 1;
});
const found = await hunt(
  simulator === 'S2' ? 'S2' : 'S1',
  Number(from),
  Number(count),
  invariants.split(','),
);
const others = unhandled === 0 ? found.others : { ...found.others, unhandled };
process.stdout.write(`${JSON.stringify({ ...found, others })}\n`);
process.exit(0);
