import type { EngineChoice } from '../config/settings.ts';
import type { Logger } from '../output/logger.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { type Environment, endpointOf } from './endpoint.ts';
import { EngineClient } from './engine-client.ts';
import { findEngine } from './find-engine.ts';

export interface ChosenEngine {
  readonly client: EngineClient;
  /** What has to go on beside the watching: the embedded engine's life. Resolves once `signal` is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/**
 * The engine that is asked for, or found, or else the embedded one; and says which and why.
 *
 * @throws {UsageError} for a host that makes no sense
 */
export async function chooseEngine(
  choice: EngineChoice,
  { environment, logger, signal }: { environment: Environment; logger: Logger; signal: AbortSignal },
): Promise<ChosenEngine> {
  if (choice.kind === 'host') {
    const client = new EngineClient(endpointOf(choice.host, environment));
    logger.info(`Docker Engine: ${choice.host}`);
    return { client, run: async () => {} };
  }
  if (choice.kind === 'find') {
    const { found, refused } = await findEngine(environment, signal);
    for (const { host, reason } of refused) logger.warn(`no Docker Engine at ${host}: ${reason}`);
    if (found) {
      logger.info(`Docker Engine: ${found.endpoint.host}`);
      return { client: found, run: async () => {} };
    }
    logger.info('no Docker Engine answers here, so an embedded one plays its part; give one with --host');
  }
  const { host, play } = await startEmbeddedEngine({ logger });
  logger.info(`embedded engine: ${host}`);
  return { client: new EngineClient(endpointOf(host, environment)), run: play };
}
