import { isWatcherError } from '@watcher/core';
import { DockerWatcher } from '@watcher/docker';
import type { EngineChoice } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { describeError, type Logger } from '../output/logger.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenEngine {
  /** For a DockerWatcher. Undefined: it finds the engine, also after another context is chosen. */
  readonly host: string | undefined;
  /** The engine's address as it may be shown. */
  readonly place: string;
}

export interface ChooseOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Returns the engines that are asked for, or the one that is found as a DockerWatcher finds it: by DOCKER_HOST, the
 * Docker CLI's context, or the usual sockets. Empty where the embedded one takes its place.
 *
 * @throws {UsageError} for a host, or a DOCKER_HOST, that cannot be one. One that is down is not a mistake.
 */
export async function chooseEngines(
  choice: EngineChoice,
  { environment, logger, signal }: ChooseOptions,
): Promise<readonly ChosenEngine[]> {
  if (choice.kind === 'embedded') return [];
  if (choice.kind === 'hosts')
    return Promise.all(choice.hosts.map(async (host) => ({ host, place: await placeOf(host) })));
  logger.info('looking for a Docker Engine');
  const { place, reason } = await findEngine(signal);
  if (place !== undefined) return [{ host: undefined, place }];
  const isNamed = !!environment['DOCKER_HOST'] || !!environment['DOCKER_CONTEXT'];
  if (isNamed && isMistake(reason)) throw new UsageError(reason.message);
  if (reason !== undefined && (isNamed || !isAbsent(reason)))
    logger.warn({ err: reason }, `no Docker Engine: ${describeError(reason)}`);
  logger.info('no Docker Engine answers here, so an embedded one takes its place; give one with --host');
  return [];
}

async function placeOf(host: string): Promise<string> {
  try {
    await using connection = await new DockerWatcher({ host }).connect();
    return connection.host;
  } catch (error) {
    throw isMistake(error) ? new UsageError(error.message) : error;
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

/** A setting that is wrong in itself. */
function isMistake(error: unknown): error is Error {
  return isWatcherError(error) && !error.retryable;
}

/** Of the usual sockets only one that exists is worth a line. */
function isAbsent(reason: unknown): boolean {
  const { cause } = (reason ?? {}) as { readonly cause?: { readonly code?: unknown } };
  return isWatcherError(reason, 'UNREACHABLE') && cause?.code === 'ENOENT';
}
