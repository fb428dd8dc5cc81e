import { GLOBAL_ENTRIES, RULE_KEYS, SYMBOL_ENTRIES } from './schemas.js';

/** `stopLossPct` as settings files write it: `stop_loss_pct`. */
function snakeOf(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `stop_loss_pct` as our configuration writes it: `stopLossPct`. */
export function camelOf(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Keys of one section of a settings file, by what becomes of them. */
export interface SectionKeys {
  /** Spelling in the file -> our key. */
  readonly known: ReadonlyMap<string, string>;
  /** Keys of the trading bot that have nothing to do with protection. */
  readonly ignored: ReadonlySet<string>;
}

export const GLOBAL_KEYS: SectionKeys = {
  known: twinsOf(Object.keys(GLOBAL_ENTRIES)),
  ignored: new Set([
    'time_in_force',
    'batch_orders',
    'buffer_liquidations',
    'liquidation_buffer_ms',
    'max_stop_orders_per_symbol',
    'order_cleanup_interval_seconds',
    'stale_limit_order_minutes',
    'max_total_exposure_usdt',
    'multi_assets_mode',
    'set_leverage',
    'set_margin_type',
    'use_usdt_volume',
    'volume_window_sec',
    'order_ttl_seconds',
    'max_open_orders_per_symbol',
    'rate_limit_buffer_pct',
    'enable_order_consolidation',
  ]),
};

export const SYMBOL_KEYS: SectionKeys = {
  known: twinsOf(Object.keys(SYMBOL_ENTRIES)),
  ignored: new Set([
    'leverage',
    'margin_type',
    'max_position_usdt',
    'price_offset_pct',
    'trade_value_usdt',
    'trade_side',
    'volume_threshold',
    'volume_threshold_long',
    'volume_threshold_short',
    'use_trailing_stop',
  ]),
};

/** `hedge_mode` is a boolean where `positionMode` is a word, so it is translated by hand. */
export const HEDGE_MODE = 'hedge_mode';
/** A switch of the bot without a distance: what it asks for stands in `trailing_stop`, and both have to agree. */
export const USE_TRAILING_STOP = 'use_trailing_stop';
export const TRAILING_STOP = 'trailing_stop';

/** Keys of other settings formats, and what they are called here. Reading them as ours would be a guess. */
export const FOREIGN_ROOT_KEYS: ReadonlyMap<string, string> = new Map([
  ['global', 'globals'],
  ['api', 'no credentials in this file'],
]);
export const FOREIGN_SYMBOL_KEYS: ReadonlyMap<string, string> = new Map([
  ['tp_enabled', 'take_profit_enabled'],
  ['tp_percentage', 'take_profit_pct'],
  ['sl_enabled', 'stop_loss_enabled'],
  ['sl_percentage', 'stop_loss_pct'],
  ['tpPercent', 'take_profit_pct'],
  ['slPercent', 'stop_loss_pct'],
]);

const OUR_KEYS: ReadonlySet<string> = new Set([
  ...GLOBAL_KEYS.known.values(),
  ...SYMBOL_KEYS.known.values(),
  ...Object.values(RULE_KEYS).flat(),
]);

/** One of our keys in snake_case; any other name as it is. */
export function spelledSnake(key: string): string {
  return OUR_KEYS.has(key) ? snakeOf(key) : key;
}

function twinsOf(camelKeys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(camelKeys.map((key) => [snakeOf(key), key]));
}
