/** One place in a source text, and what the bug makes of it. */
export interface Patch {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** S1 drives the bare core, S2 the shipped monitor. */
export type Simulator = 'S1' | 'S2';

/** A deliberate bug. It exists in this record alone: it is put into a bundle, never into a source file. */
export interface Mutant {
  readonly id: string;
  readonly title: string;
  /** Where it is hunted; S1 unless told. */
  readonly simulator?: Simulator;
  /** Invariants of which one must name it; any other violation does not count. */
  readonly invariants: readonly string[];
  /** Where the bug would live in the shipped shell, when its place here is the simulated one. */
  readonly note?: string;
  /** Found within a few hundred seeds: part of the short run. */
  readonly quick?: true;
  readonly patches: readonly Patch[];
}
