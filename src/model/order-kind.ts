import type { OrderKind } from './order.js';

interface KindTraits {
  readonly conditional: boolean;
  readonly limited: boolean;
  readonly immediate: boolean;
}

/** A record, so that a kind that is missing here does not compile. */
const TRAITS: Readonly<Record<OrderKind, KindTraits>> = {
  market: { conditional: false, limited: false, immediate: true },
  limit: { conditional: false, limited: true, immediate: false },
  'ioc-limit': { conditional: false, limited: true, immediate: true },
  'stop-market': { conditional: true, limited: false, immediate: false },
  'stop-limit': { conditional: true, limited: true, immediate: false },
  'take-profit-market': { conditional: true, limited: false, immediate: false },
};

export const ORDER_KINDS = Object.keys(TRAITS) as readonly OrderKind[];

/** Whether orders of the kind wait for a level before they work. */
export function isConditionalKind(kind: OrderKind): boolean {
  return TRAITS[kind].conditional;
}

/** Whether orders of the kind have a limit price. */
export function isLimitKind(kind: OrderKind): boolean {
  return TRAITS[kind].limited;
}

/** Whether orders of the kind end as soon as they came in: what does not fill at once expires. */
export function isImmediateKind(kind: OrderKind): boolean {
  return TRAITS[kind].immediate;
}

/** Whether the level of such an order lies on the losing side of the position that it closes. */
export function isStopKind(kind: OrderKind): boolean {
  return kind === 'stop-market' || kind === 'stop-limit';
}
