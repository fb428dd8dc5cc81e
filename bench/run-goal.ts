/** Measures one goal and tells the rows to the process that asked: `node run-goal.js G1 [--quick]`. */
import { GOALS } from './goals.js';

const [id = '', ...flags] = process.argv.slice(2);
const goal = GOALS.find((one) => one.id === id);
if (goal === undefined) throw new Error(`there is no goal ${id}`);
const rows = await goal.measure({ quick: flags.includes('--quick') });
if (process.send === undefined) console.log(JSON.stringify(rows, null, 2));
else await new Promise<void>((resolve) => process.send?.({ rows }, () => resolve()));
process.exit(0);
