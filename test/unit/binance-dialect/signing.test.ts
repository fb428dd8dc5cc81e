import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { recoverTypedDataAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { createCallbackSigner } from '../../../src/adapters/exchanges/binance-dialect/signing/callback-signer.js';
import { createEip712Signer } from '../../../src/adapters/exchanges/binance-dialect/signing/eip712-signer.js';
import {
  createHmacSigner,
  signWithWebCrypto,
} from '../../../src/adapters/exchanges/binance-dialect/signing/hmac-signer.js';
import type { SigningMessage } from '../../../src/adapters/exchanges/binance-dialect/signing/signing-message.js';

/** The exchange's published example, not a key of anybody. */
const SECRET = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9';
const ORDER = [
  ['symbol', 'BTCUSDT'],
  ['side', 'BUY'],
  ['type', 'LIMIT'],
  ['quantity', '1'],
  ['price', '9000'],
  ['timeInForce', 'GTC'],
] as const;
const PAYLOAD =
  'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943';
const SIGNATURE = '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9';

describe('HMAC', () => {
  it('makes the signature of the published example', async () => {
    const signer = createHmacSigner({ apiKey: 'a-key', apiSecret: SECRET });
    const signed = await signer.sign(ORDER, 1591702613943, 5000);
    expect(signed.query).toBe(`${PAYLOAD}&signature=${SIGNATURE}`);
    expect(signed.headers).toEqual({ 'X-MBX-APIKEY': 'a-key' });
    expect(signer.signsKeyCalls).toBe(false);
  });

  it('makes the same one with Web Crypto', async () => {
    await expect(signWithWebCrypto(SECRET)(PAYLOAD)).resolves.toBe(SIGNATURE);
  });

  it('signs what is sent: percent-encoded UTF-8', async () => {
    const signer = createHmacSigner({ apiKey: 'a-key', apiSecret: SECRET });
    const params = [
      ['symbol', '币安USDT'],
      ['list', `["a'(b)*!"]`],
    ] as const;
    const { query } = await signer.sign(params, 1_700_000_000_000.7, 2000.5);
    const [payload, signature] = query.split('&signature=');
    expect(payload).toBe(
      'symbol=%E5%B8%81%E5%AE%89USDT&list=%5B%22a%27%28b%29%2A%21%22%5D&recvWindow=2000&timestamp=1700000000000',
    );
    await expect(signWithWebCrypto(SECRET)(payload ?? '')).resolves.toBe(signature);
  });

  it.each(['', ' key', 'key\n', 'schlüssel', undefined])('refuses the key %j', (key) => {
    expect(() => createHmacSigner({ apiKey: 'a-key', apiSecret: key as string })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect(() => createHmacSigner({ apiKey: key as string, apiSecret: SECRET })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('a signing callback', () => {
  it('signs with Ed25519, and base64 survives the address', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const signer = createCallbackSigner({
      apiKey: 'a-key',
      sign: async (payload) => sign(null, Buffer.from(payload), privateKey).toString('base64'),
    });
    const { query } = await signer.sign(ORDER, 1591702613943, 5000);
    expect(query.startsWith(`${PAYLOAD}&signature=`)).toBe(true);
    expect(query).not.toMatch(/[+/]|=$/);
    const signature = new URLSearchParams(query).get('signature') ?? '';
    expect(verify(null, Buffer.from(PAYLOAD), publicKey, Buffer.from(signature, 'base64'))).toBe(
      true,
    );
  });

  it('is refused when it is missing or gives nothing', async () => {
    expect(() => createCallbackSigner({ apiKey: 'k', sign: 'x' as never })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    const silent = createCallbackSigner({ apiKey: 'k', sign: async () => '' });
    await expect(silent.sign([], 1, 1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('EIP-712', () => {
  const privateKey = generatePrivateKey();
  const { address } = privateKeyToAccount(privateKey);
  const user = privateKeyToAccount(generatePrivateKey()).address;

  async function recover(query: string, chainId: number): Promise<string> {
    const [msg = '', signature = ''] = query.split('&signature=');
    return recoverTypedDataAddress({
      domain: {
        name: 'AsterSignTransaction',
        version: '1',
        chainId,
        verifyingContract: '0x0000000000000000000000000000000000000000',
      },
      types: { Message: [{ name: 'msg', type: 'string' }] },
      primaryType: 'Message',
      message: { msg },
      signature: signature as `0x${string}`,
    });
  }

  it.each([undefined, 714])('is recovered to the signer (chain %s)', async (chainId) => {
    const signer = createEip712Signer({
      user,
      signer: address,
      privateKey,
      ...(chainId === undefined ? {} : { chainId }),
    });
    await signer.prepare?.();
    const { query, headers } = await signer.sign(ORDER, 1_700_000_000_000, 10_000);
    expect(headers).toEqual({});
    expect(query).toContain(
      `timeInForce=GTC&user=${user}&signer=${address}&nonce=1700000000000000&signature=0x`,
    );
    expect(query).not.toMatch(/timestamp|recvWindow/);
    await expect(recover(query, chainId ?? 1666)).resolves.toBe(address);
    expect(signer.signsKeyCalls).toBe(true);
    expect(signer.bodyOnDelete).toBe(true);
  });

  it('lets a wallet elsewhere sign', async () => {
    const account = privateKeyToAccount(privateKey);
    const signer = createEip712Signer({
      user,
      signer: address,
      signTypedData: (data: SigningMessage) => account.signTypedData(data),
    });
    const { query } = await signer.sign(ORDER, 1_700_000_000_000, 2_000);
    await expect(recover(query, 1666)).resolves.toBe(address);
  });

  it('never gives a nonce twice, whatever the clock does', async () => {
    const signer = createEip712Signer({ user, signer: address, privateKey });
    const times = [1_700_000_000_000, 1_700_000_000_000, 1_699_999_999_000, 1_700_000_000_001];
    const made = await Promise.all(times.map((at) => signer.sign([], at, 2_000)));
    const nonces = made.map(({ query }) => Number(new URLSearchParams(query).get('nonce')));
    expect(nonces).toEqual([
      1_699_999_992_000_000, 1_699_999_992_000_001, 1_699_999_992_000_002, 1_699_999_992_001_000,
    ]);
  });

  it('dates the nonce back, so that the exchange refuses it when its window is over', async () => {
    const nonceOf = async (
      nonceAgeMaxMs: number | undefined,
      windowMs: number,
    ): Promise<number> => {
      const signer = createEip712Signer({
        user,
        signer: address,
        privateKey,
        ...(nonceAgeMaxMs === undefined ? {} : { nonceAgeMaxMs }),
      });
      const { query } = await signer.sign([], 1_700_000_000_000, windowMs);
      return Number(new URLSearchParams(query).get('nonce')) / 1000;
    };
    expect((await nonceOf(undefined, 2_000)) + 10_000).toBe(1_700_000_002_000);
    expect(await nonceOf(undefined, 20_000)).toBe(1_700_000_000_000);
    expect(await nonceOf(0, 2_000)).toBe(1_700_000_000_000);
  });

  it('refuses a key that is not the signer’s, and none at all', async () => {
    const foreign = createEip712Signer({ user, signer: user, privateKey });
    await expect(foreign.prepare?.()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(foreign.sign([], 1, 1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const zero = createEip712Signer({ user, signer: user, privateKey: `0x${'0'.repeat(64)}` });
    await expect(zero.prepare?.()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    for (const options of [
      { user, signer: address },
      { user, signer: address, privateKey, signTypedData: () => '0x00' },
      { user, signer: address, privateKey: '0x12' },
      { user: 'me', signer: address, privateKey },
      { user, signer: address, privateKey, chainId: 0.5 },
    ]) {
      expect(() => createEip712Signer(options)).toThrowError(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    }
  });
});
