import { textOf } from '@watcher/core';
import { causeOf } from '../errors/cause.ts';
import { fault } from '../errors/fault.ts';
import { oneLine } from '../errors/one-line.ts';
import type { DockerClient } from './client.ts';
import type { DockerReader } from './docker-reader.ts';
import type { EngineModem } from './engine-modem.ts';

/** Dockerode, as far as it is used here. Its constructor takes a modem, which its types leave out. */
export type DockerConstructor = new (options: { readonly modem: EngineModem }) => DockerReader & DockerClient;

/**
 * Loads dockerode: with the first connection, because its import costs more than all of this package.
 *
 * @throws {WatcherError} `INVALID_SETTING` when it is not installed, or when a bundle broke it
 */
export async function loadDockerode(): Promise<DockerConstructor> {
  try {
    const { default: Docker } = await import('dockerode');
    return Docker as unknown as DockerConstructor;
  } catch (error) {
    const what = `dockerode cannot be loaded: ${oneLine(textOf(error))}`;
    const advice = 'Install it, and keep it out of bundles ("external"); or set "client".';
    throw fault('INVALID_SETTING', `${what}. ${advice}`, causeOf(error));
  }
}
