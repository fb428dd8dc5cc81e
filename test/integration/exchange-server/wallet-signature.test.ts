import { verifyTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { expect, it } from 'vitest';
import { createAsterExchange } from '../../../src/aster.js';
import type { WalletSignature } from '../../../src/testing/exchange-server/exchange-server-options.js';
import { startServer } from './signed-client.js';

/** A made-up key that holds nothing. */
const PRIVATE_KEY = `0x${'1'.repeat(64)}` as const;
const SIGNER = privateKeyToAccount(PRIVATE_KEY).address;

/** The signature over the typed data that the exchange documents, checked by another's code. */
function verify({ message, signature, signer }: WalletSignature): Promise<boolean> {
  return verifyTypedData({
    address: signer as `0x${string}`,
    domain: {
      name: 'AsterSignTransaction',
      version: '1',
      chainId: 1666,
      verifyingContract: '0x0000000000000000000000000000000000000000',
    },
    types: { Message: [{ name: 'msg', type: 'string' }] },
    primaryType: 'Message',
    message: { msg: message },
    signature: signature as `0x${string}`,
  });
}

it('takes what the wallet of the adapter signs, for reads and for writes', async () => {
  const server = await startServer({ dialect: 'aster', verifyWallet: verify });
  const { restUrl, streamUrl } = server;
  const wallet = { user: SIGNER, signer: SIGNER, privateKey: PRIVATE_KEY };
  const exchange = createAsterExchange({ ...wallet, restUrl, streamUrl, live: false });
  try {
    server.person.buy('BTCUSDT', '0.01');
    expect(await exchange.fetchPositions('BTCUSDT')).toMatchObject([{ quantity: '0.01' }]);
    const outcome = await exchange.placeOrder({
      clientOrderId: 'stop-1',
      symbol: 'BTCUSDT',
      side: 'SELL',
      positionSide: 'LONG',
      kind: 'stop-market',
      quantity: '0.01',
      triggerPrice: '59000',
      triggerSource: 'MARK',
      reduceOnly: true,
      expiresAt: server.now() + 5_000,
    });
    expect(outcome.kind).toBe('accepted');
    expect(server.person.openOrders()).toEqual(['stop-1']);
  } finally {
    await exchange.close();
    await server.close();
  }
});
