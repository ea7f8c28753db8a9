import {
  type Clock,
  clockOption,
  durationOption,
  harmlessLogger,
  invalidOption,
  type Logger,
  loggerOption,
  signalOption,
  type WatchOptions,
} from '@watcher/core';
import { checkEndpointSettings, shownHost } from './endpoint/endpoint.ts';
import type { TlsOptions } from './endpoint/tls-settings.ts';
import { checkFilters, type DockerFilters, defaultFilters } from './filters/docker-filter.ts';
import { isObject, kindOf } from './kind-of.ts';
import { type BackoffOptions, backoffOption } from './session/retry.ts';
import type { SessionSettings } from './session/session.ts';
import type { DockerClient } from './transport/client.ts';

/** Which engine to watch, and how. Nothing is needed: the defaults find the engine that the Docker CLI would. */
export interface DockerProviderConfig {
  /**
   * `unix://`, `npipe://`, `tcp://`, `tls://`, `http://`, `https://` or `ssh://`. Default: DOCKER_HOST, else the Docker CLI's
   * current context, else the platform's socket, rootless Docker's and Podman's included.
   */
  readonly host?: string | undefined;
  /** Certificates for a `tcp://` or `https://` host. Default: DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
  readonly tls?: TlsOptions | undefined;
  /** Milliseconds for any one request to be answered; a stream that is open may be silent for ever. Default 3000. */
  readonly timeout?: number | undefined;
  /**
   * The `source` of its events. Default: the address of `host` or DOCKER_HOST, without a login; `context NAME` where
   * DOCKER_CONTEXT is set; else `docker`.
   */
  readonly name?: string | undefined;
  /** Milliseconds between attempts to connect, or waits that grow. Default 3000. */
  readonly retryInterval?: number | BackoffOptions | undefined;
  /**
   * `always`: ForceReload `disconnected` when the engine is lost, and `reconnected` or `gap` when it is back.
   * `gap`: only when something may have been missed. Default `always`.
   */
  readonly forceReload?: 'always' | 'gap' | undefined;
  /**
   * Milliseconds of silence after which the engine is asked whether it has been silent, too: a dead stream is found
   * within this and `timeout`. An engine tells its time to the second, so that less than 2000 finds little more. Default
   * 10000.
   */
  readonly livenessInterval?: number | undefined;
  /** Milliseconds after which a stream is replaced by a fresh one, give or take a tenth. Default 300000. */
  readonly leaseInterval?: number | undefined;
  /**
   * Milliseconds between two ForceReloads `rescan`, give or take a tenth: a safety net for an engine that answers and
   * does not emit, and for consumers whose list may lag behind events. Default 0: none.
   */
  readonly resyncInterval?: number | undefined;
  /** Any pino logger fits. Default: none, and silence. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  /** A dockerode of your own, in place of `host` and `tls`. */
  readonly client?: DockerClient | undefined;
}

export interface DockerWatchOptions extends WatchOptions {
  /** Which events. Default: containers that start, die or are destroyed. */
  readonly filters?: DockerFilters | undefined;
}

/** A config with every default in its place. */
export interface Settings extends SessionSettings {
  readonly host: string | undefined;
  readonly tls: TlsOptions | undefined;
  readonly client: DockerClient | undefined;
  readonly name: string | undefined;
  readonly timeout: number;
  readonly logger: Logger | undefined;
  readonly clock: Clock;
}

/** @throws {WatcherError} `INVALID_OPTION`, naming the one that is wrong */
export function readConfig(config: DockerProviderConfig): Settings {
  if (!isObject(config)) throw invalidOption('config', 'an object', kindOf(config));
  const { host, tls, client, name, forceReload = 'always' } = config;
  checkEndpointSettings({ host, tls });
  if (client !== undefined) {
    if (typeof client?.getEvents !== 'function')
      throw invalidOption('client', 'a dockerode instance', isObject(client) ? client : kindOf(client));
    const expected = 'nothing beside "client", which has its own';
    if (host !== undefined) throw invalidOption('host', expected, shownHost(host));
    if (tls !== undefined) throw invalidOption('tls', expected, tls);
  }
  if (forceReload !== 'always' && forceReload !== 'gap') {
    throw invalidOption('forceReload', '"always" or "gap"', forceReload);
  }
  if (name !== undefined && typeof name !== 'string') throw invalidOption('name', 'a string', name);
  const logger = loggerOption('logger', config.logger);
  return {
    host,
    tls,
    client,
    name,
    timeout: durationOption('timeout', config.timeout, 3000, 1),
    retry: backoffOption(config.retryInterval),
    forceReload,
    livenessInterval: durationOption('livenessInterval', config.livenessInterval, 10_000, 1),
    leaseInterval: durationOption('leaseInterval', config.leaseInterval, 300_000, 1),
    resyncInterval: durationOption('resyncInterval', config.resyncInterval, 0),
    logger: logger && harmlessLogger(logger),
    clock: clockOption('clock', config.clock),
  };
}

/** @throws {WatcherError} `INVALID_OPTION`, naming the one that is wrong; `capacity` is looked at by the stream */
export function readWatchOptions(
  options: DockerWatchOptions,
): DockerWatchOptions & { filters: DockerFilters } {
  if (!isObject(options)) throw invalidOption('options', 'an object', kindOf(options));
  const { filters = defaultFilters, onError, ...rest } = options;
  checkFilters(filters);
  if (onError !== undefined && typeof onError !== 'function')
    throw invalidOption('onError', 'a function', onError);
  return { ...rest, filters, onError, signal: signalOption('signal', options.signal) };
}
