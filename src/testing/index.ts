export { VirtualClock as ManualClock } from '../platform/virtual-clock.js';
export type { ContractRunner } from './contracts/contract-runner.js';
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
export { directScheduler } from './direct-scheduler.js';
export type { FeedStep } from './feeds/feed-script.js';
export {
  type BarRequestRecord,
  type BarsAnswer,
  type MarketOfFeed,
  type PlayOptions,
  ScriptedFeed,
  type ScriptedFeedOptions,
} from './feeds/scripted-feed.js';
export { type RunOptions, runFor, runUntil } from './run-time.js';
export type { RuleTimes } from './script-rules.js';
export type { SimAccount, SimTrade, TradeTerms } from './sim/sim-account.js';
export { SimExchange, type SimRequestRecord } from './sim/sim-exchange.js';
export type { SimExchangeOptions } from './sim/sim-exchange-options.js';
export { SIM_PROFILES, type SimProfile, type SimProfileName } from './sim/sim-profile.js';
export type {
  SimEventName,
  SimReadName,
  SimReads,
  SimScript,
  SimWriteChoice,
  SimWriteName,
} from './sim/sim-script.js';
export {
  type CommitFault,
  FaultyStore,
  type FaultyStoreOptions,
  type StoreCall,
  type StorePace,
} from './stores/faulty-store.js';
export { type EventSource, type WaitOptions, waitForEvent } from './wait-for-event.js';
