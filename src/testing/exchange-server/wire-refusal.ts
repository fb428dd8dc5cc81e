/** A request that the exchange answers with `{code, msg}`. Thrown by handlers, never by the server's owner. */
export class WireRefusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(code: number, message: string, status = STATUS[code] ?? 400) {
    super(message);
    this.name = 'WireRefusal';
    this.code = code;
    this.status = status;
  }

  get body(): { readonly code: number; readonly msg: string } {
    return { code: this.code, msg: this.message };
  }
}

const STATUS: Readonly<Record<number, number>> = {
  [-1003]: 429,
  [-1015]: 429,
  [-1008]: 503,
  [-2014]: 401,
  [-2015]: 401,
  [-5000]: 404,
};

/** Texts of the codes that more than one place uses. */
const TEXTS: Readonly<Record<number, string>> = {
  [-1008]:
    'Request throttled by system-level protection. Reduce-only/close-position orders are exempt.',
  [-1021]: 'Timestamp for this request is outside of the recvWindow.',
  [-1022]: 'Signature for this request is not valid.',
  [-1111]: 'Precision is over the maximum defined for this asset.',
  [-1116]: 'Invalid orderType.',
  [-1117]: 'Invalid side.',
  [-1121]: 'Invalid symbol.',
  [-1125]: 'This listenKey does not exist.',
  [-2011]: 'Unknown order sent.',
  [-2013]: 'Order does not exist.',
  [-2014]: 'API-key format invalid.',
  [-2015]: 'Invalid API-key, IP, or permissions for action.',
  [-2021]: 'Order would immediately trigger.',
  [-2022]: 'ReduceOnly Order is rejected.',
  [-2025]: 'Reach max open order limit.',
  [-4003]: 'Quantity less than or equal to zero.',
  [-4004]: 'Quantity less than min quantity.',
  [-4005]: 'Quantity greater than max quantity.',
  [-4013]: 'Price less than min price.',
  [-4014]: 'Price not increased by tick size.',
  [-4015]: 'Client order id is not valid.',
  [-4016]: 'Price is higher than mark price multiplier cap.',
  [-4023]: 'Quantity not increased by step size.',
  [-4024]: 'Price is lower than mark price multiplier floor.',
  [-4045]: 'Reach max stop order limit.',
  [-4046]: 'No need to change margin type.',
  [-4059]: 'No need to change position side.',
  [-4060]: 'Invalid position side.',
  [-4061]: "Order's position side does not match user's setting.",
  [-4067]: 'Position side cannot be changed if there exists open orders.',
  [-4068]: 'Position side cannot be changed if there exists position.',
  [-4082]: 'Invalid number of batch place orders.',
  [-4116]: 'ClientOrderId is duplicated.',
  [-4117]: 'Stop order is in triggering process. Please try again later.',
  [-4118]: 'ReduceOnly Order Failed. Please check your existing position and open orders.',
  [-4120]:
    'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  [-4130]:
    'An open stop or take profit order with GTE and closePosition in the direction is existing.',
  [-4137]: 'Quantity or reduceOnly is not allowed with closePosition.',
  [-4138]: 'closePosition is not allowed for this order type.',
  [-4141]: 'Symbol is closed.',
  [-4164]: "Order's notional must be no smaller than the minimum (unless you choose reduce only).",
  [-4225]: 'Nonce Expired.',
  [-4509]: 'Time in Force (TIF) GTE can only be used with open positions.',
  [-5021]: 'Due to the order could not be filled immediately, the FOK order has been rejected.',
  [-5022]: 'Due to the order could not be executed as maker, the Post Only order will be rejected.',
  [-5024]: 'Order status is not allowed to be modified.',
  [-5027]: 'No need to modify the order.',
};

/** A refusal with the usual text of its code. */
export function refusal(code: number, text?: string): WireRefusal {
  return new WireRefusal(code, text ?? TEXTS[code] ?? 'Request is refused.');
}

export function missing(name: string): WireRefusal {
  return new WireRefusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}
