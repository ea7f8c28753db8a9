/** Writes one line: a message, or fields and a message. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/** What a watcher logs to. Structural: any pino logger fits. Without one, a watcher is silent. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}
