import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as library from 'position-monitor';
import * as sqlite from 'position-monitor/sqlite';
import { trade } from './trade.cjs';

const require = createRequire(import.meta.url);
for (const [path, { SqliteStore }] of [
  ['import.db', sqlite],
  ['require.db', require('position-monitor/sqlite')],
]) {
  await trade(library, () => new SqliteStore({ path }));
  assert.ok(existsSync(path), `${path} was written`);
}
