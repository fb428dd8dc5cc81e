import { ORDER_ID_LENGTH_MAX } from '../limits.js';

const PRINTABLE = /^[!-~]+$/;
const HAS_CONTROL = /\p{Cc}/u;

/** What {@link orderIdFrom} accepts, for error messages. */
export const ORDER_ID_EXPECTED = `an id of 1 to ${ORDER_ID_LENGTH_MAX} printable characters, or a positive integer below 2^53`;

/**
 * Reads an exchange's id of an order or a trade; `null` when it cannot be one.
 *
 * Numbers beyond 2^53 have already lost digits, so they are refused instead of naming another order.
 */
export function orderIdFrom(value: unknown): string | null {
  if (typeof value === 'string') {
    return value.length <= ORDER_ID_LENGTH_MAX && PRINTABLE.test(value) ? value : null;
  }
  if (typeof value === 'bigint') return value > 0n ? orderIdFrom(`${value}`) : null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? `${value}` : null;
}

/** Whether a value can be a client order id, ours or a foreign one: exchanges differ in the alphabet. */
export function isClientOrderId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= ORDER_ID_LENGTH_MAX &&
    !HAS_CONTROL.test(value)
  );
}
