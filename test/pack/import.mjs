import assert from 'node:assert/strict';
import * as library from 'position-monitor';
import * as testing from 'position-monitor/testing';
import { trade } from './trade.cjs';

// Tools for tests come with the testing entry alone; the clock is for replays as well.
assert.ok(Object.keys(testing).includes('SimExchange'));
const shared = Object.keys(testing).filter((name) => name in library);
assert.deepEqual(shared, ['ManualClock']);
await trade(library, () => new library.MemoryStore());
