import { CLOSING } from './closing.js';
import { EXITS } from './exits.js';
import { PLACING } from './placing.js';
import { REPLACING } from './replacing.js';
import type { Scenario } from './scenario.js';
import { WORLDS } from './worlds.js';

/** Every canonical course of events. */
export const SCENARIOS: readonly Scenario[] = [
  ...PLACING,
  ...CLOSING,
  ...REPLACING,
  ...EXITS,
  ...WORLDS,
];
