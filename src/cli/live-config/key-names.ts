/** Names of secrets, as they stand behind `POSITION_MONITOR_` in the environment and in a key file. */
export const KEY_NAMES = ['API_KEY', 'API_SECRET', 'WALLET', 'SIGNER', 'SIGNER_KEY'] as const;
export type KeyName = (typeof KEY_NAMES)[number];
