/** Where diagnostics go. The methods of pino, console and most loggers fit. Silent by default. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Allow-listed plain fields; never whole objects, never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export const SILENT_LOGGER: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
