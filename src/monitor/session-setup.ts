import { PaperExchange } from '../adapters/exchanges/paper/paper-exchange.js';
import { judgedSource } from '../engine/price-sources.js';
import { describe } from '../errors/describe.js';
import { ExchangeError } from '../errors/exchange-error.js';
import { FeedError } from '../errors/feed-error.js';
import { asksForStop, type ExitPlan } from '../model/exit-plan.js';
import type { PriceSource } from '../model/price.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { PriceFeed } from '../ports/price-feed.js';
import type { ResolvedConfig } from './config/resolved-config.js';
import type { SessionParts } from './session-parts.js';

/** One switch at one place: while simulating, orders go to a paper exchange that knows the real instruments. */
export function tradingExchange({
  config,
  exchange,
  clock,
}: Pick<SessionParts, 'config' | 'exchange' | 'clock'>): ExchangeAdapter {
  if (!config.simulateOnly || !exchange.capabilities.live) return exchange;
  return new PaperExchange({
    instruments: (symbol) => config.instruments.get(symbol) ?? exchange.fetchInstrument(symbol),
    positionMode: config.positionMode === 'one-way' ? 'one-way' : 'hedge',
    clock,
  });
}

/** Time comes with the recorded prices: nothing waits, nothing grows stale, the entry's own row judges nothing. */
export function forReplay(config: ResolvedConfig): ResolvedConfig {
  return {
    ...config,
    core: {
      ...config.core,
      judgeOnArming: false,
      stopMovePauseMs: 0,
      stopMoveWaitMs: 0,
      staleAfterMs: Number.POSITIVE_INFINITY,
    },
  };
}

/** Every rule must have a price to be judged on before anything is promised. */
export function checkSources({ config, feed }: Pick<SessionParts, 'config' | 'feed'>): void {
  for (const [symbol, plan] of config.core.plans) {
    checkPlanSources(plan, feed, `symbols.${symbol}`);
  }
}

/** @throws FeedError `FEED_SOURCE_MISSING` when the feed has no price that the plan's stop could be judged on */
export function checkPlanSources(
  plan: ExitPlan | null,
  feed: Pick<PriceFeed, 'sources'>,
  where: string,
): void {
  const available = new Set(feed.sources);
  if (plan === null) return;
  const judged =
    asksForStop(plan) || plan.breakeven !== null || (plan.timeLimit?.onlyIn ?? null) !== null;
  if (judged && judgedSource(available, plan.workingType, 'LONG') === null)
    throw missingSource(where, plan.workingType, 'workingType', available);
  const witness = plan.confirm?.source ?? null;
  if (witness !== null && !available.has(witness))
    throw missingSource(where, witness, 'confirm.source', available);
}

function missingSource(
  where: string,
  source: PriceSource,
  key: string,
  available: ReadonlySet<PriceSource>,
): FeedError {
  return new FeedError('FEED_SOURCE_MISSING', `The price feed cannot judge the stops of ${where}`, {
    expected: `a feed with ${source} prices (${key})`,
    received: `sources ${[...available].join(', ') || 'none'}`,
    remedy: `Choose another ${key}, or a feed that has these prices`,
  });
}

/** @throws ExchangeError `EXCHANGE_PROTOCOL` when an adapter does not say what its exchange can do */
export function checkCapabilities({ id, capabilities }: ExchangeAdapter): void {
  const wrong = (field: string, expected: string): ExchangeError =>
    new ExchangeError('EXCHANGE_PROTOCOL', `The adapter ${id}, capabilities.${field}`, {
      expected,
      received: describe((capabilities as unknown as Record<string, unknown> | undefined)?.[field]),
      remedy: 'Complete the adapter: what it leaves out cannot be guessed',
    });
  for (const field of ['orderKinds', 'positionModes', 'triggerSources'] as const) {
    if (!Array.isArray(capabilities?.[field])) throw wrong(field, 'a list');
  }
  for (const field of [
    'severalStops',
    'countsRestingReduceOnly',
    'minNotionalOnExits',
    'pricesConfirmThemselves',
    'live',
  ] as const) {
    if (typeof capabilities[field] !== 'boolean') throw wrong(field, 'true or false');
  }
  if (!Number.isInteger(capabilities.batchSize) || capabilities.batchSize < 1) {
    throw wrong('batchSize', 'a whole number from 1');
  }
}
