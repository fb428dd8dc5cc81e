import type { Clock } from '../../ports/clock.js';
import type { ExchangeAdapter } from '../../ports/exchange-adapter.js';
import type { Logger } from '../../ports/logger.js';
import type { PriceFeed } from '../../ports/price-feed.js';
import type { Environment } from './credentials.js';
import type { LiveConfig } from './live-config.js';

/** What a connection is made of. */
export interface ConnectionRequest {
  readonly live: LiveConfig;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The world of the live commands: replaced as a whole in tests. */
export interface LiveHost {
  readonly environment: Environment;
  readonly clock: Clock;
  /** Results, one call a line. */
  print(line: string): void;
  /** Remarks: what is not the result. */
  tell(line: string): void;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Asks a yes-or-no question; anything but a yes is a no. */
  confirm(question: string): Promise<boolean>;
  /** Calls back at every signal that asks the process to end. Returns how to stop listening. */
  onStopSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process on the spot. */
  exitNow(code: number): void;
  makeExchange(request: ConnectionRequest): Promise<ExchangeAdapter>;
  makeFeed(request: ConnectionRequest): Promise<PriceFeed>;
}

/** Diagnostics of monitor and adapters as remarks. Quiet about everything below a warning. */
export function loggerOf(host: Pick<LiveHost, 'tell'>): Logger {
  const line = (level: string, fields: object, message: string): void => {
    const detail = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    host.tell(`${level}: ${message}${detail === '' ? '' : ` (${detail})`}`);
  };
  return {
    debug() {},
    info() {},
    warn: (fields, message) => line('warning', fields, message),
    error: (fields, message) => line('error', fields, message),
  };
}
