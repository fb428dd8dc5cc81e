import { CLOSING_MUTANTS } from './closing-mutants.js';
import { COVERING_MUTANTS } from './covering-mutants.js';
import { EXIT_MUTANTS } from './exit-mutants.js';
import { KNOWLEDGE_MUTANTS } from './knowledge-mutants.js';
import type { Mutant } from './mutant.js';
import { SENDING_MUTANTS } from './sending-mutants.js';
import { SHELL_MUTANTS } from './shell-mutants.js';

const numberOf = ({ id }: Mutant): number => Number(id.slice(1));

/** Every deliberate bug, in the order of their numbers. */
export const MUTANTS: readonly Mutant[] = [
  ...SENDING_MUTANTS,
  ...CLOSING_MUTANTS,
  ...COVERING_MUTANTS,
  ...KNOWLEDGE_MUTANTS,
  ...SHELL_MUTANTS,
  ...EXIT_MUTANTS,
].sort((a, b) => numberOf(a) - numberOf(b));
