import { isWatcherError } from '@watcher/core';
import { DockerWatcher } from '@watcher/docker';
import { type EngineChoice, UsageError } from '../config/settings.ts';
import { describeError, type Logger } from '../output/logger.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenEngine {
  /** For a DockerWatcher. Undefined: it finds the engine by itself, also after another context is chosen. */
  readonly host: string | undefined;
  /** The engine's address as it may be shown. */
  readonly place: string;
  /** The embedded engine's life beside the watching. Resolves once `signal` is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/**
 * Returns the engine that is asked for, or found, or else the embedded one, and logs which and why. An engine is found
 * as a DockerWatcher finds it: by DOCKER_HOST, the Docker CLI's context, or the usual sockets.
 *
 * @throws {UsageError} for a host that makes no sense
 */
export async function chooseEngine(
  choice: EngineChoice,
  { environment, logger, signal }: { environment: Environment; logger: Logger; signal: AbortSignal },
): Promise<ChosenEngine> {
  if (choice.kind === 'host') {
    const place = await placeOf(choice.host);
    logger.info(`Docker Engine: ${place}`);
    return { host: choice.host, place, run: async () => {} };
  }
  if (choice.kind === 'find') {
    const { place, reason } = await findEngine(signal);
    if (place !== undefined) {
      logger.info(`Docker Engine: ${place}`);
      return { host: undefined, place, run: async () => {} };
    }
    if (reason !== undefined && (isNamed(environment) || !isAbsent(reason))) logger.warn(whyNot(reason));
    logger.info('no Docker Engine answers here, so an embedded one plays its part; give one with --host');
  }
  const { host, play } = await startEmbeddedEngine({ logger });
  logger.info(`embedded engine: ${host}`);
  return { host, place: host, run: play };
}

async function placeOf(host: string): Promise<string> {
  try {
    await using connection = await new DockerWatcher({ host }).connect();
    return connection.host;
  } catch (error) {
    throw isWatcherError(error) && !error.retryable ? new UsageError(error.message) : error;
  }
}

/** Where an engine answers, or else the reason why none does; neither once `signal` is aborted. */
async function findEngine(signal: AbortSignal): Promise<{ place?: string; reason?: unknown }> {
  try {
    await using connection = await new DockerWatcher().connect({ signal });
    await connection.docker.ping({ abortSignal: signal });
    return { place: connection.host };
  } catch (reason) {
    return signal.aborted ? {} : { reason };
  }
}

function isNamed({ DOCKER_HOST, DOCKER_CONTEXT }: Environment): boolean {
  return !!DOCKER_HOST || !!DOCKER_CONTEXT;
}

/** Of the usual sockets only one that exists is worth a line. */
function isAbsent(reason: unknown): boolean {
  const { cause } = (reason ?? {}) as { readonly cause?: { readonly code?: unknown } };
  return isWatcherError(reason, 'UNREACHABLE') && cause?.code === 'ENOENT';
}

function whyNot(reason: unknown): string {
  return `no Docker Engine: ${describeError(reason)}`;
}
