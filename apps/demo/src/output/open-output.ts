import type { Settings } from '../config/settings.ts';
import { urlOf } from '../listen.ts';
import { type BannerFacts, banner } from './banner.ts';
import { createLogger, type Logger } from './logger.ts';
import { OutputFile } from './output-file.ts';
import { jsonDisplay, lineDisplay, type RouteDisplay, tableDisplay } from './route-display.ts';

export interface Output {
  readonly logger: Logger;
  readonly display: RouteDisplay;
  /** Shows the watched sources, and where the proxy and the page listen. */
  announce(facts: BannerFacts): void;
  /** Resolves when all is written, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

/**
 * Opens standard output for the routes and standard error for the log: for people on a terminal, for programs elsewhere.
 *
 * @param onClosed is called when the reader of one of them is gone
 */
export function openOutput({ json, logLevel }: Settings, onClosed: () => void): Output {
  const { stdout, stderr, env } = process;
  const out = new OutputFile(1, onClosed);
  const err = new OutputFile(2, onClosed);
  const color = !env['NO_COLOR'];
  const isTable = stdout.isTTY && !json;
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const display = isTable ? tableDisplay(out, { size, color }) : json ? jsonDisplay(out) : lineDisplay(out);

  const isPretty = stderr.isTTY && !json;
  // On one terminal, the lines of the log go above the table.
  const destination = isTable && isPretty ? display : err;
  const logger = createLogger({ level: logLevel, pretty: isPretty, color, destination });
  return {
    logger,
    display,
    announce(facts) {
      if (isTable) display.write(banner(facts));
      else
        logger.info(
          { page: urlOf(facts.page), proxy: urlOf(facts.proxy) },
          `page: ${urlOf(facts.page)}, proxy: ${urlOf(facts.proxy)}`,
        );
    },
    async flush(timeoutMs) {
      await Promise.all([out.flush(timeoutMs), err.flush(timeoutMs)]);
    },
  };
}
