export type { AccountControl, FundingTerms } from './testing/exchange-server/account-control.js';
export type { MarketBar } from './testing/exchange-server/bar-book.js';
export type { TriggerFate } from './testing/exchange-server/conditional-desk.js';
export {
  createExchangeServer,
  type ExchangeServer,
} from './testing/exchange-server/create-exchange-server.js';
export type {
  ExchangeServerOptions,
  ServerInstrument,
  ServerLimits,
  WalletSignature,
} from './testing/exchange-server/exchange-server-options.js';
export type { MarketControl } from './testing/exchange-server/market-control.js';
export type { PersonControl, PersonTerms } from './testing/exchange-server/person-control.js';
export type {
  RequestFault,
  RequestFaults,
  RequestMatch,
  RequestRecord,
} from './testing/exchange-server/request-faults.js';
export type { ServerDialectName } from './testing/exchange-server/server-dialect.js';
export type { StreamDoor, StreamKind } from './testing/exchange-server/stream-door.js';
export type {
  EventChoice,
  EventFault,
  EventFaults,
} from './testing/exchange-server/stream-faults.js';
