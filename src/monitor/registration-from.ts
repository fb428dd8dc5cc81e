import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { ORDER_ID_LENGTH_MAX } from '../limits.js';
import type { ExitPlanInput } from '../model/exit-plan.js';
import type { Registration } from '../model/ledger.js';
import { ownField } from '../model/own-field.js';
import { type CoreSettings, configuredPlan } from '../model/settings.js';
import { openedSideOf } from '../model/side.js';
import { isSymbol, SYMBOL_EXPECTED } from '../model/symbol.js';
import { exitPlanFrom } from './config/exit-plan-from.js';

const KEYS: ReadonlySet<string> = new Set([
  'clientOrderId',
  'orderId',
  'symbol',
  'side',
  'positionSide',
  'plan',
  'tranche',
]);

/**
 * Checks an entry order that is to be registered.
 *
 * @throws ValidationError `PLAN_INVALID`
 */
export function registrationFrom(
  order: unknown,
  settings: CoreSettings,
  now: number,
): Registration {
  const unknown = Object.keys(order ?? {}).find((key) => !KEYS.has(key));
  if (unknown !== undefined)
    throw invalid(unknown.slice(0, 40), `only the keys ${[...KEYS].join(', ')}`, unknown);
  const symbol = ownField(order, 'symbol');
  if (!isSymbol(symbol)) throw invalid('symbol', SYMBOL_EXPECTED, symbol);
  const side = ownField(order, 'side');
  if (side !== 'BUY' && side !== 'SELL') throw invalid('side', '"BUY" or "SELL"', side);
  const positionSide = ownField(order, 'positionSide') ?? 'BOTH';
  if (positionSide !== 'LONG' && positionSide !== 'SHORT' && positionSide !== 'BOTH') {
    throw invalid('positionSide', '"LONG", "SHORT" or "BOTH"', positionSide);
  }
  const clientOrderId = idOf(ownField(order, 'clientOrderId'), 'clientOrderId');
  const orderId = idOf(ownField(order, 'orderId'), 'orderId');
  if (clientOrderId === null && orderId === null)
    throw invalid('clientOrderId', 'clientOrderId or orderId', undefined);
  const tranche = ownField(order, 'tranche') ?? 'auto';
  if (typeof tranche !== 'string' || tranche === '')
    throw invalid('tranche', '"auto", "new" or a tranche id', tranche);
  const base = configuredPlan(settings, symbol);
  const wanted = ownField(order, 'plan');
  const opened = positionSide === 'BOTH' ? openedSideOf(side) : positionSide;
  const plan =
    wanted === undefined
      ? base
      : exitPlanFrom(wanted as ExitPlanInput, base, 'plan', opened, settings.maxSlippageBps);
  if (plan === null) {
    throw invalid('plan', `a plan, because no settings cover ${symbol}`, undefined);
  }
  return {
    key: clientOrderId ?? `orderId:${orderId}`,
    clientOrderId,
    orderId,
    symbol,
    side,
    positionSide,
    plan,
    tranche,
    createdAt: now,
  };
}

function idOf(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === 'string' && value.length > 0 && value.length <= ORDER_ID_LENGTH_MAX)
    return value;
  throw invalid(field, `1 to ${ORDER_ID_LENGTH_MAX} characters`, value);
}

function invalid(field: string, expected: string, received: unknown): ValidationError {
  return new ValidationError('PLAN_INVALID', `The registered order, ${field}`, {
    expected,
    received: describe(received),
  });
}
