import type { SettingsShape } from './settings-shape.js';
import { shapeOf } from './settings-shape.js';

type Fields = Readonly<Record<string, unknown>>;

/** Settings of any older shape in the owner's own one: `globals` and `symbols` in snake_case. */
export interface OwnShape {
  readonly shape: SettingsShape;
  readonly settings: Fields;
  /** What was left out although something stood there, as paths of the file. */
  readonly left: readonly string[];
  /** What was turned into something else, one sentence each. */
  readonly changes: readonly string[];
  /** Paths of keys that held secrets. Values are nowhere. */
  readonly secrets: readonly string[];
}

const FIXTURE_KEYS: ReadonlyMap<string, string> = new Map([
  ['tp_enabled', 'take_profit_enabled'],
  ['tp_percentage', 'take_profit_pct'],
  ['sl_enabled', 'stop_loss_enabled'],
  ['sl_percentage', 'stop_loss_pct'],
]);
const SIBLING_KEYS: ReadonlyMap<string, string> = new Map([
  ['tpPercent', 'take_profit_pct'],
  ['slPercent', 'stop_loss_pct'],
]);
/** Ends of names under which secrets stand. */
const SECRET = /(key|secret|passw(or)?d|passphrase|token|mnemonic|seed|wallet|signer)s?$/i;
/** Sections whose every text counts as a secret. */
const SECRET_SECTION = /^(api|auth|credentials|keys|server)$/i;

/** Brings settings into the owner's shape. Values of protection are passed on as they are: the validation judges them. */
export function ownShapeOf(root: Fields): OwnShape {
  const secrets: string[] = [];
  const clean = withoutSecrets(root, '', secrets);
  const shape = shapeOf(clean);
  const told = { shape, secrets };
  switch (shape) {
    case 'owner':
    case 'camelCase':
      return { ...told, settings: clean, left: [], changes: [] };
    case 'fixture':
      return { ...told, ...fromFixture(clean) };
    case 'sibling':
      return { ...told, ...fromSibling(clean) };
  }
}

/** `global`, and keys of symbols that begin with `tp_` and `sl_`. */
function fromFixture(root: Fields): Pick<OwnShape, 'settings' | 'left' | 'changes'> {
  const { global, globals, symbols, ...rest } = root;
  return {
    settings: {
      ...rest,
      globals: { ...fieldsOf(global), ...fieldsOf(globals) },
      symbols: perSymbol(symbols, (fields) => renamed(fields, FIXTURE_KEYS)),
    },
    left: [],
    changes: ['global is globals, tp_… and sl_… are take_profit_… and stop_loss_…'],
  };
}

/** `api`, `global` and `symbols` in camelCase, with `version`. */
function fromSibling(root: Fields): Pick<OwnShape, 'settings' | 'left' | 'changes'> {
  const { api: _api, global, symbols, version: _version, ...rest } = root;
  const { paperMode, positionMode, ...others } = fieldsOf(global);
  const left = Object.keys(others).map((key) => `global.${key}`);
  const kept = perSymbol(symbols, (fields, symbol) => {
    const known = Object.entries(fields).filter(([key]) => SIBLING_KEYS.has(key));
    const unknown = Object.keys(fields).filter((key) => !SIBLING_KEYS.has(key));
    left.push(...unknown.map((key) => `symbols.${symbol}.${key}`));
    return renamed(Object.fromEntries(known), SIBLING_KEYS);
  });
  return {
    settings: {
      ...rest,
      globals: {
        ...(paperMode !== undefined && { simulate_only: paperMode }),
        ...(positionMode !== undefined && { hedge_mode: hedgeOf(positionMode) }),
      },
      symbols: kept,
    },
    left,
    changes: [
      'tpPercent and slPercent are take_profit_pct and stop_loss_pct, paperMode is simulate_only',
    ],
  };
}

/** Anything but the two words stays, for the validation to name. */
function hedgeOf(mode: unknown): unknown {
  return mode === 'HEDGE' ? true : mode === 'ONE_WAY' ? false : mode;
}

function renamed(fields: Fields, names: ReadonlyMap<string, string>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [names.get(key) ?? key, value]),
  );
}

function perSymbol(symbols: unknown, read: (fields: Fields, symbol: string) => Fields): unknown {
  if (!isFields(symbols)) return symbols;
  return Object.fromEntries(
    Object.entries(symbols).map(([symbol, value]) => [
      symbol,
      isFields(value) ? read(value, symbol) : value,
    ]),
  );
}

/** A copy without anything that may be a secret. Of numbers and switches nothing is one. */
function withoutSecrets(value: Fields, path: string, found: string[], isInside = false): Fields {
  const kept: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const isText = typeof item === 'string' && item !== '';
    if (isText && (isInside || SECRET.test(key))) {
      found.push(at);
      continue;
    }
    const isSection = isInside || (path === '' && SECRET_SECTION.test(key));
    kept.push([key, isFields(item) ? withoutSecrets(item, at, found, isSection) : item]);
  }
  return Object.fromEntries(kept);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
