import * as v from 'valibot';
import { describe } from '../../../errors/describe.js';
import {
  EXIT_DEADLINE_MS_MIN,
  EXIT_DEFAULTS,
  ICEBERG_DEADLINE_MS_MAX,
  IOC_DEADLINE_MS_MAX,
  TWAP_INTERVAL_MS_MAX,
  TWAP_INTERVAL_MS_MIN,
  TWAP_SLICES_MAX,
  TWAP_SLICES_MIN,
} from '../../../limits.js';
import { type DecimalInput, decimal, HUNDRED, toDecimalString } from '../../../model/decimal.js';
import type { ExitExecution } from '../../../model/exit-plan.js';
import { ownField } from '../../../model/own-field.js';
import { type Field, oneOf, percentBelow, section, share, wholeNumber } from '../fields.js';
import { mismatch, type Path, type Problems } from '../problems.js';

const hardFloorPct = v.optional(percentBelow());
const deadlineMs = (max: number) =>
  v.optional(wholeNumber(EXIT_DEADLINE_MS_MIN, max, 'milliseconds'));

/** Keys of each kind, beside the kind itself. */
const ENTRIES = {
  market: {},
  'ioc-limit': {
    slippagePct: v.optional(percentBelow()),
    deadlineMs: deadlineMs(IOC_DEADLINE_MS_MAX),
    hardFloorPct,
  },
  iceberg: {
    visiblePortion: share(),
    deadlineMs: deadlineMs(ICEBERG_DEADLINE_MS_MAX),
    hardFloorPct,
  },
  twap: {
    slices: wholeNumber(TWAP_SLICES_MIN, TWAP_SLICES_MAX, 'slices'),
    intervalMs: wholeNumber(TWAP_INTERVAL_MS_MIN, TWAP_INTERVAL_MS_MAX, 'milliseconds'),
    hardFloorPct,
  },
};

type Kind = keyof typeof ENTRIES;
const KINDS = Object.keys(ENTRIES) as Kind[];

/** Keys of all kinds. */
export const EXIT_EXECUTION_KEYS: readonly string[] = [
  ...new Set(['kind', ...Object.values(ENTRIES).flatMap((entries) => Object.keys(entries))]),
];

const SECTIONS = {
  market: execution('market', ENTRIES.market),
  'ioc-limit': execution('ioc-limit', ENTRIES['ioc-limit']),
  iceberg: execution('iceberg', ENTRIES.iceberg),
  twap: execution('twap', ENTRIES.twap),
};

type GivenExecution = { [K in Kind]: v.InferOutput<(typeof SECTIONS)[K]> }[Kind];

/** Without a kind, nothing can be said about the other keys. */
const NO_KIND = v.looseObject({ kind: oneOf(KINDS) }, (issue) =>
  mismatch('{ kind: "market" } or another kind with its keys', describe(issue.input)),
);

export const EXIT_EXECUTION_FIELD: Field<GivenExecution> = v.lazy((input) => {
  const kind = KINDS.find((known) => known === ownField(input, 'kind'));
  return (kind === undefined ? NO_KIND : SECTIONS[kind]) as Field<GivenExecution>;
});

function execution<K extends Kind, E extends v.ObjectEntries>(kind: K, entries: E) {
  return section({ kind: v.literal(kind), ...entries }, 'an object', (key) => {
    const others = KINDS.filter((other) => Object.hasOwn(ENTRIES[other], key));
    return others.length === 0
      ? undefined
      : `It belongs to kind ${others.map((other) => `"${other}"`).join(' and ')}; this one is "${kind}"`;
  });
}

/**
 * The execution that the checked keys ask for.
 *
 * @param maxSlippageBps slippage of `ioc-limit` where none is given, basis points
 */
export function exitExecutionFrom(
  given: GivenExecution,
  maxSlippageBps: number,
  path: Path,
  problems: Problems,
): ExitExecution {
  switch (given.kind) {
    case 'market':
      return { kind: 'market' };
    case 'ioc-limit':
      return {
        kind: 'ioc-limit',
        slippagePct:
          given.slippagePct === undefined
            ? slippageFrom(maxSlippageBps, path, problems)
            : toDecimalString(decimal(given.slippagePct)),
        deadlineMs: given.deadlineMs ?? EXIT_DEFAULTS.iocDeadlineMs,
        hardFloorPct: floorFrom(given.hardFloorPct),
      };
    case 'iceberg':
      return {
        kind: 'iceberg',
        visiblePortion: toDecimalString(decimal(given.visiblePortion)),
        deadlineMs: given.deadlineMs ?? EXIT_DEFAULTS.icebergDeadlineMs,
        hardFloorPct: floorFrom(given.hardFloorPct),
      };
    case 'twap':
      return {
        kind: 'twap',
        slices: given.slices,
        intervalMs: given.intervalMs,
        hardFloorPct: floorFrom(given.hardFloorPct),
      };
  }
}

function slippageFrom(maxSlippageBps: number, path: Path, problems: Problems): string {
  const percent = decimal(maxSlippageBps).times('0.01');
  if (percent.gte(HUNDRED)) {
    problems.addText(
      [...path, 'slippagePct'],
      `expected a percentage below 100, received ${toDecimalString(percent)} from ${problems.key('maxSlippageBps')}. Give ${problems.key('slippagePct')}`,
    );
  }
  return toDecimalString(percent);
}

function floorFrom(given: DecimalInput | undefined): string | null {
  return given === undefined ? null : toDecimalString(decimal(given));
}
