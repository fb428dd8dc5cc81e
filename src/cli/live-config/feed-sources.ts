import type { PriceSource } from '../../model/price.js';
import type { ResolvedConfig } from '../../monitor/config/resolved-config.js';

/** Prices to subscribe to: those of the section `feed`, else what take-profits (LAST) and the plans' stops are judged on. */
export function feedSources({ feed, core }: ResolvedConfig): readonly PriceSource[] {
  if (feed?.sources !== undefined) return feed.sources;
  const stops = [...core.plans.values()].map(({ workingType }) => workingType);
  return [...new Set<PriceSource>(['LAST', ...stops])];
}
