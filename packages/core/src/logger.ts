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

/**
 * The same logger, with nothing of it that throws or rejects: a line that cannot be written is lost, and no more
 * than that. For whoever logs where an error would end more, such as in a socket's `data` event.
 */
export function harmlessLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger): LogMethod =>
    (...line: unknown[]) => {
      try {
        const written: unknown = Reflect.apply(logger[level], logger, line);
        if (written instanceof Promise) written.catch(() => {});
      } catch {
        // There is nobody left to tell.
      }
    };
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') };
}
