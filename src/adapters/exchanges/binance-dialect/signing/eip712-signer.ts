import { ConfigError } from '../../../../errors/config-error.js';
import { NONCE_AGE_MAX_MS } from '../../../../limits.js';
import type { RequestParams, RequestSigner, SignedRequest } from '../request-signer.js';
import { encodeParams, encodeValue } from './encode-params.js';
import { NonceSource } from './nonce-source.js';
import { signWithViem } from './sign-with-viem.js';
import type { SigningMessage } from './signing-message.js';

export interface Eip712SignerOptions {
  /** Address of the main wallet. */
  readonly user: string;
  /** Address of the API wallet that signs. */
  readonly signer: string;
  /** Chain id of the signing domain. Default 1666; the test network has 714. */
  readonly chainId?: number;
  /**
   * For how long after the time that a nonce names the exchange accepts it, ms. Default 10,000.
   *
   * A request has no other window here: its nonce is dated back, so that it is too old for the exchange exactly when the
   * request's time is over. 0 dates nothing back.
   */
  readonly nonceAgeMaxMs?: number;
  /** Either the API wallet's private key (needs the package `viem`), ... */
  readonly privateKey?: string;
  /** ... or a function that signs typed data wherever the key lives, giving `0x` and hex. */
  readonly signTypedData?: (data: SigningMessage) => Promise<string> | string;
}

const MESSAGE_TYPES = { Message: [{ name: 'msg', type: 'string' }] } as const;
const NO_CONTRACT = '0x0000000000000000000000000000000000000000';

/** Signs the parameter string as EIP-712 typed data, with user, signer and a nonce (Aster V3). */
export function createEip712Signer(options: Eip712SignerOptions): RequestSigner {
  return new Eip712Signer(options);
}

class Eip712Signer implements RequestSigner {
  readonly #user: string;
  readonly #signer: string;
  readonly #chainId: number;
  readonly #nonces: NonceSource;
  readonly #signData: (data: SigningMessage) => Promise<string> | string;
  readonly #prepare: () => Promise<void>;

  constructor(options: Eip712SignerOptions) {
    this.#user = requireAddress('user', options.user);
    this.#signer = requireAddress('signer', options.signer);
    this.#chainId = requireWhole('chainId', options.chainId ?? 1666, 1);
    this.#nonces = new NonceSource(
      requireWhole('nonceAgeMaxMs', options.nonceAgeMaxMs ?? NONCE_AGE_MAX_MS, 0),
    );
    const wallet = walletOf(options, this.#signer);
    this.#signData = wallet.sign;
    this.#prepare = wallet.prepare;
  }

  get headers(): Readonly<Record<string, string>> {
    return {};
  }

  /** There is no key header: every private call carries a signature. */
  get signsKeyCalls(): boolean {
    return true;
  }

  get bodyOnDelete(): boolean {
    return true;
  }

  prepare(): Promise<void> {
    return this.#prepare();
  }

  async sign(params: RequestParams, at: number, windowMs: number): Promise<SignedRequest> {
    const msg = encodeParams([
      ...params,
      ['user', this.#user],
      ['signer', this.#signer],
      ['nonce', this.#nonces.next(at, windowMs)],
    ]);
    const signature = await this.#signData({
      domain: {
        name: 'AsterSignTransaction',
        version: '1',
        chainId: this.#chainId,
        verifyingContract: NO_CONTRACT,
      },
      types: MESSAGE_TYPES,
      primaryType: 'Message',
      message: { msg },
    });
    if (typeof signature !== 'string' || !/^0x[0-9a-fA-F]+$/.test(signature))
      throw new ConfigError('CONFIG_INVALID', 'The wallet gave no signature', {
        expected: '0x and hexadecimal digits',
      });
    return { query: `${msg}&signature=${encodeValue(signature)}`, headers: {} };
  }

  toJSON(): string {
    return '[signer]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[signer]';
  }
}

function walletOf(
  { privateKey, signTypedData }: Eip712SignerOptions,
  signer: string,
): {
  readonly sign: (data: SigningMessage) => Promise<string> | string;
  readonly prepare: () => Promise<void>;
} {
  if ((privateKey === undefined) === (signTypedData === undefined))
    throw new ConfigError('CONFIG_INVALID', 'The signer needs one way to sign', {
      expected: 'either privateKey or signTypedData',
      received: privateKey === undefined ? 'neither' : 'both',
    });
  if (signTypedData !== undefined) return { sign: signTypedData, prepare: async () => undefined };
  if (typeof privateKey !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(privateKey))
    throw new ConfigError('CONFIG_INVALID', 'The credential privateKey cannot be used', {
      expected: '0x and 64 hexadecimal digits',
    });
  return signWithViem(privateKey, signer);
}

function requireAddress(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value))
    throw new ConfigError('CONFIG_INVALID', `The address ${name} cannot be used`, {
      expected: '0x and 40 hexadecimal digits',
    });
  return value;
}

function requireWhole(name: string, value: unknown, min: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
    throw new ConfigError('CONFIG_INVALID', `The option ${name} cannot be used`, {
      expected: `a whole number of at least ${min}`,
    });
  return value;
}
