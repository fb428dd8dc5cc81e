import type { MonitorHealth } from '../../model/monitor-health.js';

/** What `/health` answers: the health of the monitor, and what is wrong with it in words. */
export interface HealthAnswer extends MonitorHealth {
  readonly healthy: boolean;
  readonly problems: readonly string[];
}

/** Healthy: it runs, sees prices and account, records, and nothing that it should protect is without cover. */
export function healthAnswer(health: MonitorHealth): HealthAnswer {
  const { state, unprotected, staleSymbols } = health;
  const isUp = state === 'running' || state === 'paused';
  const problems = isUp
    ? [
        ...(health.exchangeConnected ? [] : ['the exchange is not connected']),
        ...(health.websocketConnected ? [] : ['the price feed is not connected']),
        ...(health.storeWritable ? [] : ['the store cannot be written']),
        ...(unprotected > 0
          ? [`${unprotected} of ${health.activeTranches} tranches not covered`]
          : []),
        ...(staleSymbols.length > 0 ? [`old prices: ${staleSymbols.slice(0, 10).join(', ')}`] : []),
      ]
    : [`the monitor is ${state}`];
  return { ...health, healthy: problems.length === 0, problems };
}
