import { readFile } from 'node:fs/promises';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import type { ExchangeSettings } from '../../monitor/config/monitor-config.js';
import { unreadableFile } from '../input-file-error.js';
import type { Check } from './report.js';
import {
  type TranslatedSettings,
  translateOldSettings,
} from './settings/translate-old-settings.js';

export interface SettingsSurvey {
  readonly checks: readonly Check[];
  /** `null` when they are refused. */
  readonly translated: TranslatedSettings | null;
}

/** @throws ValidationError `INPUT_FILE_INVALID` when the file cannot be read at all */
export async function checkSettings(
  file: string,
  exchange: ExchangeSettings['id'] | null,
  storePath: string,
): Promise<SettingsSurvey> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  let translated: TranslatedSettings;
  try {
    translated = translateOldSettings(text, exchange, storePath);
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    const remedy =
      'Correct the file. Percentages are positive numbers: the name says the direction';
    return {
      checks: [{ id: 'settings', status: 'failure', detail: error.message, remedy }],
      translated: null,
    };
  }
  const { shape, secrets, warnings, changes, resolved } = translated;
  const checks: Check[] = [
    {
      id: 'settings',
      status: warnings.length === 0 ? 'ok' : 'warning',
      detail: [
        `${SHAPES[shape]}, ${resolved.core.plans.size} symbols`,
        ...changes,
        ...warnings,
      ].join('; '),
      remedy: warnings.length === 0 ? null : 'Look at the configuration that is written',
    },
  ];
  if (secrets.length > 0) {
    checks.push({
      id: 'settings-secrets',
      status: 'warning',
      detail: `Secrets are not copied: ${secrets.join(', ')}`,
      remedy:
        'Put keys into the environment, or into a file of mode 0600 that POSITION_MONITOR_KEY_FILE names',
    });
  }
  return { checks, translated };
}

const SHAPES = {
  owner: 'Settings with globals and symbols',
  fixture: 'Settings with global and tp_percentage',
  sibling: 'Settings of the bot with tpPercent (v1.1.0)',
  camelCase: 'A configuration of position-monitor',
} as const;
