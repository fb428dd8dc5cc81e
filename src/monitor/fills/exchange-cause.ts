import type { FillEvidence } from '../../model/fill.js';

/** Client ids that exchanges of the Binance dialect give to orders of their own. */
const PREFIXES: readonly (readonly [string, FillEvidence['cause']])[] = [
  ['autoclose-', 'liquidation'],
  ['adl_autoclose', 'adl'],
  ['settlement_autoclose-', 'settlement'],
  // Delivery of a dated contract is the same to us.
  ['delivery_autoclose-', 'settlement'],
];

/**
 * Who caused an order, as its client id tells: the account (`order`), or the exchange itself.
 *
 * @example exchangeCauseOf('autoclose-1594') // 'liquidation'
 */
export function exchangeCauseOf(clientOrderId: string | null): FillEvidence['cause'] {
  const found = PREFIXES.find(([prefix]) => clientOrderId?.startsWith(prefix) === true);
  return found?.[1] ?? 'order';
}
