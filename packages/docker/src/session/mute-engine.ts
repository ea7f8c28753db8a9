import { createHash } from 'node:crypto';
import { delay, type WatcherError } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import type { Engine } from '../transport/connector.ts';
import type { DockerReader } from '../transport/docker-reader.ts';

export interface MuteEngineOptions {
  readonly engine: Engine;
  /** Milliseconds between two lists. */
  readonly interval: number;
  /** Milliseconds in which an event must follow a change. */
  readonly timeout: number;
  /** Whether the engine has not emitted a single event, as far as anybody knows. */
  isMute(): boolean;
  /** The engine's containers changed, and it emitted nothing. */
  onContradiction(error: WatcherError): void;
}

/**
 * Compares the engine's list with its silence for as long as it has never emitted anything: Podman whose journal keeps
 * nothing answers every request and never emits. One list in `interval`, and none once an event has come. Where lists
 * are refused, nothing can be compared. Resolves when the engine has emitted something, or `signal` is aborted.
 */
export async function watchForMuteEngine(options: MuteEngineOptions, signal: AbortSignal): Promise<void> {
  const { engine, interval, timeout, isMute, onContradiction } = options;
  let before: string | undefined;
  while (isMute() && !signal.aborted) {
    const listed = await fingerprint(engine, signal).catch(() => undefined);
    if (before !== undefined && listed !== undefined && listed !== before) {
      await delay(engine.clock, timeout, signal);
      if (isMute() && !signal.aborted) onContradiction(mute(engine.host));
    }
    before = listed ?? before;
    await delay(engine.clock, interval, signal);
  }
}

/** Stands for which containers there are, and in which state. */
async function fingerprint(engine: Engine, signal: AbortSignal): Promise<string> {
  await using connection = await engine.connectDocker(signal);
  const docker = connection.docker as DockerReader;
  const containers = await docker.listContainers({ all: true, abortSignal: signal });
  const states = containers.map(({ Id, State }) => `${Id} ${State}`).sort();
  return createHash('sha256').update(states.join('\n')).digest('base64');
}

const mute = (host: string) =>
  fault(
    'ENGINE_FAULT',
    `${host} has emitted no event, although its containers have changed. Podman emits none where it cannot read the ` +
      'journal: set events_logger = "file" in its containers.conf, or let the journal keep its events. Until then, set ' +
      '"resyncInterval", so that the consumer lists again that often.',
  );
