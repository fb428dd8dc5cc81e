import { describe, test } from 'vitest';
import { exchangeContract } from '../../src/testing/contracts/exchange-contract.js';
import { DialectHarness } from '../support/dialect-harness.js';

describe.each(['one-way', 'hedge'] as const)('binance exchange, %s mode', (positionMode) => {
  exchangeContract({
    test,
    skip: (name, reason) => test.skip(`${name} (${reason})`, () => {}),
    factory: () => DialectHarness.start('binance', positionMode),
  });
});
