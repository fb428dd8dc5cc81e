import assert from 'node:assert/strict';
import * as library from 'position-monitor';
import * as testing from 'position-monitor/testing';
import { trade } from './trade.cjs';

assert.ok(Object.keys(testing).length > 0);
await trade(library, () => new library.MemoryStore());
