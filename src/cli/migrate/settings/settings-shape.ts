/**
 * `owner`: `globals` and `symbols` in snake_case · `fixture`: `global` and `tp_percentage` · `sibling`: the later
 * TypeScript bot, `tpPercent` · `camelCase`: a configuration of this package.
 */
export type SettingsShape = 'owner' | 'fixture' | 'sibling' | 'camelCase';

type Fields = Readonly<Record<string, unknown>>;

const FIXTURE = ['tp_enabled', 'tp_percentage', 'sl_enabled', 'sl_percentage'];
const SIBLING = ['tpPercent', 'slPercent', 'tradeSize', 'shortVolumeThresholdUSDT'];
const SIBLING_GLOBAL = ['riskPercent', 'paperMode', 'positionMode', 'maxOpenPositions'];

/** Finds out whose settings these are, by the keys that only one of them has. */
export function shapeOf(root: Fields): SettingsShape {
  const symbols = Object.values(fieldsOf(root.symbols)).map(fieldsOf);
  const has = (keys: readonly string[]): boolean =>
    symbols.some((symbol) => keys.some((key) => Object.hasOwn(symbol, key)));
  const hasGlobal = Object.hasOwn(root, 'global');
  const global = fieldsOf(root.global);
  if (has(SIBLING) || (hasGlobal && SIBLING_GLOBAL.some((key) => Object.hasOwn(global, key)))) {
    return 'sibling';
  }
  if (hasGlobal || has(FIXTURE)) return 'fixture';
  const keys = [root.globals, ...symbols].flatMap((section) => Object.keys(fieldsOf(section)));
  const isCamel =
    keys.some((key) => /[a-z][A-Z]/.test(key)) && !keys.some((key) => key.includes('_'));
  return isCamel ? 'camelCase' : 'owner';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}
