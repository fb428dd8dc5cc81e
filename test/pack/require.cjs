const assert = require('node:assert/strict');
const library = require('position-monitor');
const testing = require('position-monitor/testing');
const manifest = require('position-monitor/package.json');
const { trade } = require('./trade.cjs');

assert.equal(manifest.name, 'position-monitor');
assert.ok(Object.keys(testing).length > 0);

trade(library, () => new library.MemoryStore()).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
