export { PaperExchange } from './adapters/exchanges/paper/paper-exchange.js';
export type { PaperExchangeOptions } from './adapters/exchanges/paper/paper-exchange-options.js';
export { ManualFeed } from './adapters/feeds/manual/manual-feed.js';
export { MemoryStore } from './adapters/stores/memory/memory-store.js';
export { ERROR_CODES, type ErrorCode } from './errors/codes.js';
export { ConfigError } from './errors/config-error.js';
export { ExchangeError } from './errors/exchange-error.js';
export { FeedError } from './errors/feed-error.js';
export { InvariantError } from './errors/invariant-error.js';
export type { ErrorDetails, ErrorOutcome } from './errors/position-monitor-error.js';
export { isMonitorError, PositionMonitorError } from './errors/position-monitor-error.js';
export { StoreError } from './errors/store-error.js';
export { ValidationError } from './errors/validation-error.js';
export type { MonitorListener } from './events/isolated-emitter.js';
export type { CloseResult } from './model/close-result.js';
export type { CoverView, CrashCover } from './model/cover.js';
export {
  type DecimalInput,
  type DecimalString,
  type Rounding,
  roundToIncrement,
} from './model/decimal.js';
export type {
  BreakevenRule,
  ConfirmRule,
  ExitExecution,
  ExitExecutionInput,
  ExitPlan,
  ExitPlanInput,
  LevelRule,
  StopRule,
  TakeProfitRule,
  TimeLimitRule,
  TrailingStopRule,
  VolatilityRule,
} from './model/exit-plan.js';
export type { OrderFill } from './model/fill.js';
export type { ClientOrderId, PositionId, TrancheId, VenueOrderId } from './model/ids.js';
export type { InstrumentInput } from './model/instrument.js';
export type {
  CausalChain,
  EventBase,
  MonitorEventMap,
  MonitorEventName,
} from './model/monitor-event.js';
export type { MonitorHealth, MonitorState } from './model/monitor-health.js';
export type { OrderKind, OrderRole, OrderStatus, VenueOrderStatus } from './model/order.js';
export type { RejectCode, Rejection } from './model/outcome.js';
export type { PriceSource } from './model/price.js';
export type { PriceBar } from './model/price-bar.js';
export type {
  ProtectionReport,
  ProtectionRow,
  ReconcileReport,
} from './model/protection-report.js';
export type { OrderSide, PositionMode, PositionSide, WirePositionSide } from './model/side.js';
export type { CloseReason, Coverage, TrancheState } from './model/tranche.js';
export type { ExitView, OrderView, PositionStatus, TrancheView as Tranche } from './model/views.js';
export type { PanicOptions } from './monitor/check-arguments.js';
export type { CloseOptions } from './monitor/close-options.js';
export { configFrom, type LoadedSettings, loadSettings } from './monitor/config/load-settings.js';
export type {
  EmergencyCloseSettings,
  GlobalSettings,
  InstrumentSettings,
  MonitorConfig,
  SymbolSettings,
} from './monitor/config/monitor-config.js';
export type { EntryOrder } from './monitor/entry-order.js';
export { orderFillFrom } from './monitor/fills/order-fill-from.js';
export type { LevelUpdate, UpdateOptions } from './monitor/level-update.js';
export type { SymbolStatus } from './monitor/look-up.js';
export type { PositionMonitorOptions } from './monitor/options.js';
export { type PlannableFill, type PlannedExits, planExits } from './monitor/plan-exits.js';
export { PositionMonitor } from './monitor/position-monitor.js';
export { createRequestLanes } from './platform/request-lanes.js';
export { SystemClock } from './platform/system-clock.js';
export { VirtualClock as ManualClock } from './platform/virtual-clock.js';
export type { Clock, TimerHandle } from './ports/clock.js';
export type * from './ports/exchange-adapter.js';
export { type LogFields, type Logger, SILENT_LOGGER } from './ports/logger.js';
export type * from './ports/price-feed.js';
export type { RequestLane, RequestScheduler } from './ports/request-scheduler.js';
export type * from './ports/store.js';
