export { VirtualClock as ManualClock } from '../platform/virtual-clock.js';
export {
  type ExchangeCardId,
  type ExchangeContractOptions,
  exchangeContract,
} from './contracts/exchange-contract.js';
export type { ExchangeHarness } from './contracts/exchange-harness.js';
export {
  type FeedCardId,
  type FeedContractOptions,
  type FeedHarness,
  feedContract,
} from './contracts/feed-contract.js';
export {
  type StoreCardId,
  type StoreContractOptions,
  type StoreHarness,
  storeContract,
} from './contracts/store-contract.js';
export { type EventSource, waitForEvent } from './wait-for-event.js';
