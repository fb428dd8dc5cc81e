import { isIP } from 'node:net';
import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';

/** Where `run` serves its pages. */
export interface ListenAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Whether only this machine can reach it. */
  readonly isLoopback: boolean;
}

/**
 * Reads `--listen`: `127.0.0.1:9464`, `[::1]:9464`, or a port alone, which is one of the loopback interface.
 *
 * Names other than `localhost` are refused: what they mean is decided elsewhere.
 *
 * @throws ValidationError `INPUT_FILE_INVALID`
 */
export function readListenAddress(given: string): ListenAddress {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(given) ?? [];
  const named = bracketed ?? plain ?? '127.0.0.1';
  const host = named === 'localhost' ? '127.0.0.1' : named;
  const port = Number(digits);
  const isAddress = bracketed === undefined ? isIP(host) === 4 : isIP(host) === 6;
  if (digits === undefined || port > 65_535 || !isAddress) {
    throw new ValidationError('INPUT_FILE_INVALID', 'Option --listen', {
      expected: 'an address and a port such as 127.0.0.1:9464 or [::1]:9464',
      received: describe(given),
    });
  }
  return { host, port, isLoopback: host === '::1' || host.startsWith('127.') };
}

/** As it stands in an address. */
export function hostText({ host }: Pick<ListenAddress, 'host'>): string {
  return host.includes(':') ? `[${host}]` : host;
}
