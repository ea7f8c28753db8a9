import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { textOf } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import { oneLine } from '../errors/one-line.ts';
import type { DockerClient } from './client.ts';
import type { DockerReader } from './docker-reader.ts';
import type { EngineModem } from './engine-modem.ts';

/** Dockerode, as far as it is used here. Its constructor takes a modem, which its types leave out. */
export type DockerConstructor = new (options: { readonly modem: EngineModem }) => DockerReader & DockerClient;

let loading: Promise<DockerConstructor> | undefined;

/**
 * Loads dockerode, once: with the first connection, because its import costs more than all of this package.
 *
 * @throws {WatcherError} `INVALID_SETTING` when it is not installed, or when a bundle broke it
 */
export function loadDockerode(): Promise<DockerConstructor> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<DockerConstructor> {
  try {
    await loadParts();
    const { default: Docker } = await import('dockerode');
    return Docker as unknown as DockerConstructor;
  } catch (error) {
    const what = `dockerode cannot be loaded: ${oneLine(textOf(error))}`;
    const advice = 'Install it, and keep it out of bundles ("external"); or set "client".';
    throw fault('INVALID_SETTING', `${what}. ${advice}`, error);
  }
}

/**
 * Loads the largest dependencies of dockerode, each in its own turn of the event loop. Dockerode by itself loads all of
 * them in one turn, which blocks a server for three times as long. A part that is missing or moved is no error:
 * dockerode loads what is left.
 */
async function loadParts(): Promise<void> {
  try {
    const fromDockerode = createRequire(createRequire(import.meta.url).resolve('dockerode'));
    const fromModem = createRequire(fromDockerode.resolve('docker-modem'));
    fromModem('ssh2');
    for (const part of ['docker-modem', 'protobufjs', '@grpc/proto-loader', '@grpc/grpc-js', 'tar-fs']) {
      await setImmediate();
      fromDockerode(part);
    }
    await setImmediate();
  } catch {
    // The import of dockerode follows, and reports what it needs.
  }
}
