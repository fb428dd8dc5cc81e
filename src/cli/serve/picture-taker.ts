import { PAGE_PICTURE_MS, PAGE_TRANCHES_MAX } from '../../limits.js';
import { isTerminal } from '../../model/order.js';
import type { PositionStatus, TrancheView } from '../../model/views.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { Clock } from '../../ports/clock.js';
import { healthAnswer } from './health-answer.js';
import type { LivePicture, LivePosition, LiveTranche } from './live-picture.js';
import type { WatchedFeed } from './watched-feed.js';

/** Takes pictures of a monitor, at most a few a second however many ask for them. */
export class PictureTaker {
  readonly #monitor: PositionMonitor;
  readonly #prices: WatchedFeed;
  readonly #clock: Clock;
  #takenAt = Number.NEGATIVE_INFINITY;
  #positions: readonly PositionStatus[] = [];

  constructor(monitor: PositionMonitor, prices: WatchedFeed, clock: Clock) {
    this.#monitor = monitor;
    this.#prices = prices;
    this.#clock = clock;
  }

  /** What is held, as of a moment ago. */
  positions(): readonly PositionStatus[] {
    const now = this.#clock.monotonic();
    if (now - this.#takenAt >= PAGE_PICTURE_MS) {
      this.#positions = this.#monitor.positions();
      this.#takenAt = now;
    }
    return this.#positions;
  }

  /**
   * @param symbol whose prices are wanted; `null` = none
   * @param sinceMs points from this wall time on
   */
  picture(symbol: string | null, sinceMs: number): LivePicture {
    let room = PAGE_TRANCHES_MAX;
    let omitted = 0;
    const positions = this.positions().map((position): LivePosition => {
      const tranches = position.tranches.slice(0, room);
      room -= tranches.length;
      omitted += position.tranches.length - tranches.length;
      const { resting, local, uncovered, withoutStop } = position.cover;
      return {
        symbol: position.symbol,
        side: position.side,
        quantity: position.quantity,
        entryPrice: position.entryPrice,
        lastPrice: position.lastPrice,
        unrealizedPnl: position.unrealizedPnl,
        cover: { resting, local, uncovered, withoutStop },
        tranches: tranches.map(liveTranche),
      };
    });
    return {
      at: this.#clock.now(),
      health: healthAnswer(this.#monitor.getHealth()),
      positions,
      omitted,
      prices:
        symbol === null
          ? null
          : {
              symbol,
              source: this.#prices.drawn,
              points: this.#prices.points(symbol, sinceMs),
            },
    };
  }
}

function liveTranche(tranche: TrancheView): LiveTranche {
  const { levels } = tranche;
  return {
    id: tranche.id,
    number: tranche.number,
    state: tranche.state,
    quantity: tranche.quantity,
    entryPrice: tranche.entryPrice,
    takeProfits: levels.takeProfits.map(({ price }) => price),
    stopLoss: levels.stopLoss,
    restingStop: levels.restingStop,
    stopRule: levels.stopRule,
    trail: tranche.trail?.level ?? null,
    coverage: tranche.coverage,
    coverageAgeMs: tranche.coverageAgeMs,
    unprotectedMs: tranche.unprotectedMs,
    realizedPnl: tranche.realizedPnl,
    orders: tranche.orders.filter(({ status }) => !isTerminal(status)).length,
    openedAt: tranche.openedAt,
  };
}
