import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Logger } from '@watcher/core';
import type { FileEvent } from '@watcher/events';
import { ConfigFileWatcher } from '@watcher/file';
import { routesFromYaml } from '../routes/from-yaml.ts';
import type { Listing, RouteSource } from './route-source.ts';

/** The most that is read, in bytes. Beyond it, it is not a file of routes. */
const LARGEST = 1024 * 1024;
/** The most mistakes that are told at once. */
const MOST_PROBLEMS = 10;

/** The routes of a YAML file. A file that is not there defines none. */
export function fileSource(path: string, logger: Logger): RouteSource<FileEvent> {
  const name = basename(path);
  const watcher = new ConfigFileWatcher(name, { basePath: dirname(path), logger });
  return {
    name: 'file',
    place: path,
    watch: (signal) => watcher.events({ signal }),
    list: (signal) => listFile(path, name, signal),
  };
}

async function listFile(path: string, name: string, signal: AbortSignal): Promise<Listing> {
  const text = await read(path);
  signal.throwIfAborted();
  if (text === undefined) return { routes: [], problems: [`${path}: no such file; it defines no routes`] };
  if (text === 'too large') return { routes: undefined, problems: [`${path}: more than ${LARGEST} bytes`] };
  const { routes, problems } = routesFromYaml(text, name);
  const told = problems.slice(0, MOST_PROBLEMS);
  return {
    routes,
    problems: [
      ...told.map(({ line, column, reason }) => `${path}:${line}:${column}: ${reason}`),
      ...(problems.length > told.length ? [`${path}: ${problems.length - told.length} more mistakes`] : []),
    ],
  };
}

async function read(path: string): Promise<string | 'too large' | undefined> {
  // Not by its name twice: the file measured is the file read.
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    return size > LARGEST ? 'too large' : await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
