import { ConfigError } from '../../../../errors/config-error.js';
import type { SigningMessage } from './signing-message.js';

interface Wallet {
  readonly address: string;
  signTypedData(data: SigningMessage): Promise<string>;
}

/** Signs with a private key in this process. `viem` is loaded at the first need, since few users have it. */
export function signWithViem(
  privateKey: string,
  signer: string,
): {
  readonly sign: (data: SigningMessage) => Promise<string>;
  readonly prepare: () => Promise<void>;
} {
  let loading: Promise<Wallet> | null = null;
  const wallet = (): Promise<Wallet> => {
    if (loading === null) {
      loading = load(privateKey, signer);
      /** A failure is told to whoever asks; the next one tries again. */
      loading.catch(() => {
        loading = null;
      });
    }
    return loading;
  };
  return {
    sign: async (data) => (await wallet()).signTypedData(data),
    prepare: async () => {
      await wallet();
    },
  };
}

async function load(privateKey: string, signer: string): Promise<Wallet> {
  const { privateKeyToAccount } = await loadViem();
  let wallet: Wallet;
  try {
    wallet = privateKeyToAccount(privateKey as `0x${string}`) as Wallet;
  } catch {
    /** Without its cause, which may quote the key. */
    throw new ConfigError('CONFIG_INVALID', 'The credential privateKey is no key of this curve');
  }
  if (wallet.address.toLowerCase() !== signer.toLowerCase())
    throw new ConfigError('CONFIG_INVALID', 'The private key does not belong to the signer', {
      expected: `the key of ${signer}`,
      received: `the key of ${wallet.address}`,
      remedy: 'Give the private key of the API wallet, not that of the main wallet',
    });
  return wallet;
}

async function loadViem(): Promise<typeof import('viem/accounts')> {
  try {
    return await import('viem/accounts');
  } catch (cause) {
    throw new ConfigError('CONFIG_UNSUPPORTED', 'The package viem is not installed', {
      remedy: 'Install viem, or give signTypedData to sign with a wallet elsewhere',
      cause,
    });
  }
}
