import type { SeededRandom } from '../../support/seeded-random.js';
import type { ExitRole } from '../venue/live-book.js';

/** When a life ends. */
export type Death =
  /** So long after the process began, ms: somewhere in its start. */
  | { readonly at: 'start'; readonly afterMs: number }
  /** So long after everything is covered, ms. */
  | { readonly at: 'running'; readonly afterMs: number }
  /** So long after the next entry, ms. */
  | { readonly at: 'entry'; readonly afterMs: number }
  /** When the next request of this kind is at the book, before or after it is carried out; the answer is never read. */
  | {
      readonly at: 'request';
      readonly when: 'before' | 'after';
      readonly what: ExitRole | 'cancel';
    }
  /** So long after the bot was told to close something, ms. */
  | { readonly at: 'closing'; readonly afterMs: number }
  /** When the next fill is acknowledged. */
  | { readonly at: 'ack' };

export interface LifePlan {
  readonly death: Death;
  /** Whether death waits until everything is covered. */
  readonly waitsForCover: boolean;
  /** Whether the machine dies with the process, so that the log loses what was not synced. */
  readonly isPowerLoss: boolean;
  /** Where the log is cut: at the last synced byte, or anywhere between it and the end. */
  readonly cut: 'synced' | 'anywhere';
  readonly cutShare: number;
  readonly syncDelayMs: number;
  /** Entries go on while the bot is dead or starting. */
  readonly entersAlways: boolean;
  readonly downMs: number;
  readonly botSeed: number;
}

/** Nothing that a death waits for may take longer than this, ms: then it comes anyway. */
export const PATIENCE_MS = 1_500;

/** @param powerLossShare how many of the deaths are those of the machine, 0 to 1 */
export function planLife(random: SeededRandom, powerLossShare: number): LifePlan {
  const death = planDeath(random);
  const isPowerLoss = random.chance(powerLossShare);
  return {
    death,
    waitsForCover: death.at !== 'start' && random.chance(0.6),
    isPowerLoss,
    cut: random.pick(['synced', 'anywhere']),
    cutShare: random.next(),
    // Without slow disks, almost everything is synced by the time of the kill.
    syncDelayMs: isPowerLoss || random.chance(0.1) ? random.pick([5, 30, 150]) : 0,
    entersAlways: random.chance(0.5),
    downMs: random.chance(0.15) ? random.int(200, 1_500) : 0,
    botSeed: random.int(1, 1_000_000_000),
  };
}

function planDeath(random: SeededRandom): Death {
  const dice = random.next();
  if (dice < 0.2) return { at: 'start', afterMs: random.int(0, 700) };
  if (dice < 0.4) return { at: 'running', afterMs: random.int(0, 800) };
  if (dice < 0.55) return { at: 'entry', afterMs: random.int(0, 25) };
  if (dice < 0.8) {
    return {
      at: 'request',
      when: random.pick(['before', 'after']),
      what: random.pick([
        'stop-loss',
        'stop-loss',
        'take-profit',
        'close',
        'close',
        'cancel',
        'cancel',
      ]),
    };
  }
  if (dice < 0.93) return { at: 'closing', afterMs: random.int(0, 60) };
  return { at: 'ack' };
}
