import { basename, dirname } from 'node:path';
import type { Logger } from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { ConfigFileWatcher } from '@watcher/file';
import { routesFromYaml } from '../routes/from-yaml.ts';
import { readText } from './read-text.ts';
import type { Listing, RouteSource } from './route-source.ts';

/** The most that is read, in bytes: 4,000 routes, and a fraction of a second to parse. */
const MAX_BYTES = 256 * 1024;
/** The most mistakes that one list reports. */
const MAX_PROBLEMS = 10;

/** The routes of a YAML file. */
export function fileSource(path: string, name: string, logger: Logger): RouteSource<FileEvent> {
  const watcher = new ConfigFileWatcher(basename(path), { basePath: dirname(path), logger });
  return {
    name,
    place: path,
    lags: false,
    watch: (signal) => watcher.events({ signal }),
    list: (signal) => listFile(path, signal),
  };
}

/**
 * A file that is gone keeps its last good routes until it is back, as in GoDoxy. One that cannot be read does so too,
 * and is tried again.
 */
async function listFile(path: string, signal: AbortSignal): Promise<Listing> {
  const text = await readText(path, MAX_BYTES);
  signal.throwIfAborted();
  if (text === undefined) return { routes: undefined, problems: [`${path}: no such file`] };
  const { routes, problems } = routesFromYaml(text, basename(path));
  const reported = problems.slice(0, MAX_PROBLEMS);
  return {
    routes,
    problems: [
      ...reported.map(({ line, column, reason }) => `${path}:${line}:${column}: ${reason}`),
      ...(problems.length > MAX_PROBLEMS ? [`${path}: ${problems.length - MAX_PROBLEMS} more mistakes`] : []),
    ],
  };
}
