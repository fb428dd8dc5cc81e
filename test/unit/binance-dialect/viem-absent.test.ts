import { expect, it, vi } from 'vitest';
import { createEip712Signer } from '../../../src/adapters/exchanges/binance-dialect/signing/eip712-signer.js';

vi.mock('viem/accounts', () => {
  throw new Error('Cannot find package');
});

it('says that viem is missing, and what to do', async () => {
  const address = `0x${'1'.repeat(40)}`;
  const signer = createEip712Signer({
    user: address,
    signer: address,
    privateKey: `0x${'7'.repeat(64)}`,
  });
  await expect(signer.prepare?.()).rejects.toMatchObject({
    code: 'CONFIG_UNSUPPORTED',
    message: expect.stringMatching(/Install viem/),
  });
  await expect(signer.prepare?.()).rejects.toMatchObject({ code: 'CONFIG_UNSUPPORTED' });
});
