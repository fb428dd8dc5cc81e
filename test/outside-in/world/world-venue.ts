import type { StoreSnapshot } from '../../../src/ports/store.js';
import type { BotLife } from '../oracle/arrival-judge.js';
import type { Findings } from '../oracle/findings.js';
import type { ExitRole } from '../venue/live-book.js';
import type { BotVenue } from '../wire.js';
import type { CoverBook } from './cover-watch.js';
import type { WorldSettings } from './world-settings.js';

/** Who watches the account of a world. */
export interface WorldWatch {
  /** The moment before or after a write is carried out: a good one to die. */
  moment(when: 'before' | 'after', what: ExitRole | 'cancel'): void;
  /** The bot entered something. */
  entered(text: string): void;
  /** Something that a trace should tell. */
  told(text: string): void;
  /** The venue itself failed: no verdict of this run counts. */
  trouble(error: unknown): void;
  /** Orders or positions changed, and are in step with each other again. */
  changed(): void;
}

/** What a venue is made of. */
export interface VenueTask {
  readonly number: number;
  readonly seed: number;
  readonly settings: WorldSettings;
  /** The bot's store. */
  readonly storePath: string;
  readonly findings: Findings;
  readonly life: BotLife;
  readonly watch: WorldWatch;
}

/** One account at an exchange, its market, and who judges what arrives there. */
export interface WorldVenue {
  readonly book: CoverBook;
  readonly executions: number;
  readonly requests: number;
  /** Opens the market. @returns where the bot finds it */
  open(): Promise<BotVenue>;
  close(): Promise<void>;
  /** A process begins. */
  botBegins(): void;
  /** The bot buys or sells something. */
  enter(): Promise<void>;
  /** The market goes to sleep, and nothing fails any more. */
  calm(): void;
  /** Client ids of the monitor's resting orders, sorted. */
  restingIds(): readonly string[];
  /** What does not fit when everything has been quiet. */
  differences(snapshot: StoreSnapshot): Promise<readonly string[]>;
  /** The bot said that a fill is taken care of. */
  acknowledged(symbol: string, orderId: string): void;
  /** The bot's machine lost what was not synced. */
  powerLost(): void;
  /** Nobody may look into the store while its log is cut. */
  letStoreGo(): void;
}
