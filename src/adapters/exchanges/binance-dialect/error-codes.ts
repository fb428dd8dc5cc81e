import type { RejectCode } from '../../../model/outcome.js';

/**
 * What a code says about the request: `auth` the account or its key, `fatal` the request itself, `retry` nothing was
 * executed and it may go again, `unknown` it may have been executed, `state` orders or positions are not what we
 * believe, `done` what was asked for is already so.
 */
export type CodeClass = 'auth' | 'fatal' | 'retry' | 'unknown' | 'state' | 'done';

export interface CodeMeaning {
  readonly class: CodeClass;
  readonly reject: RejectCode;
}

type Row = readonly [codes: readonly number[], codeClass: CodeClass, reject: RejectCode];

const ROWS: readonly Row[] = [
  [[-1000, -1001, -1006, -1007], 'unknown', 'other'],
  [[-1003, -1008, -1015], 'retry', 'throttled'],
  /** Time or nonce outside the window. */
  [[-1021, -4225], 'retry', 'expired-request'],
  [[-1002, -1022, -2014, -2015, -2017, -4109], 'auth', 'unauthorized'],
  [[-1102, -1106, -1130, -1117, -1121, -5000], 'fatal', 'other'],
  [[-1116, -2026, -4120, -4137, -4138], 'fatal', 'unsupported-order-kind'],
  [[-1111, -4003, -4004, -4005, -4013, -4014, -4023, -4135, -4164], 'fatal', 'filter'],
  /** Outside the band around the mark price. */
  [[-4016, -4024, -4183, -4184, -4210, -4211], 'fatal', 'filter'],
  [[-4131], 'retry', 'filter'],
  /** A listen key that is gone. */
  [[-1125], 'retry', 'other'],
  [[-2010, -4015, -4082, -4083], 'fatal', 'other'],
  [[-2011, -2013], 'state', 'unknown-order'],
  [[-2018, -2019, -2027, -2028], 'fatal', 'insufficient-margin'],
  [[-2020], 'retry', 'other'],
  [[-2021, -4142], 'state', 'would-trigger'],
  /** The position is gone, or other reducing orders claim it. */
  [[-2022, -2024, -4062, -4118, -4509], 'state', 'reduce-only'],
  [[-5047], 'fatal', 'reduce-only'],
  /** In liquidation; an order that closes the position exists already. */
  [[-2023, -4130], 'state', 'other'],
  [[-2025, -4045], 'fatal', 'order-cap'],
  [[-4046, -4059, -5027], 'done', 'other'],
  [[-4060, -4061], 'state', 'position-mode'],
  [[-4067, -4068], 'fatal', 'position-mode'],
  /** Only reducing orders are allowed, or the account is cooling off. */
  [[-4087, -4400, -4401, -4192], 'fatal', 'other'],
  [[-4116], 'state', 'duplicate-client-id'],
  /** The stop is triggering, another change is under way, or there is no depth. */
  [[-4117, -5041, -5043], 'retry', 'other'],
  [[-4140, -4141, -4517, -4518, -4519], 'fatal', 'market-closed'],
  /** A limit that could not fill whole, or would have taken; a change of an order that cannot be changed. */
  [[-5021, -5022, -5024, -5025, -5026, -5028, -5029], 'fatal', 'other'],
];

const MEANINGS: ReadonlyMap<number, CodeMeaning> = new Map(
  ROWS.flatMap(([codes, codeClass, reject]) =>
    codes.map((code) => [code, { class: codeClass, reject }] as const),
  ),
);

/** Codes that the table knows. */
export const KNOWN_CODES: readonly number[] = [...MEANINGS.keys()];

/**
 * What a code means; `null` where it is not known, so that a write must be looked up.
 *
 * Unlisted codes of the families "malformed request" (-11xx) and "filters" (-4xxx) are refusals all the same: they are
 * found before an order reaches the market.
 */
export function meaningOf(code: number): CodeMeaning | null {
  const listed = MEANINGS.get(code);
  if (listed) return listed;
  const refusedBeforehand = (code <= -1100 && code > -1200) || (code <= -4000 && code > -5000);
  return refusedBeforehand ? { class: 'fatal', reject: 'other' } : null;
}
