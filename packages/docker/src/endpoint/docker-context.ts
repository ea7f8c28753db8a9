import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { printable } from '@watcher/core';
import { fault } from '../errors/fault.ts';
import { homeDirectory } from './home-directory.ts';
import { type FileDeadline, isThere, readOptionalSettingsFile } from './settings-file.ts';
import { shownPath } from './shown-path.ts';

/** What the Docker CLI knows of a context's engine (its `docker context inspect`). */
export interface DockerContext {
  readonly host: string;
  /** Where its `ca.pem`, `cert.pem` and `key.pem` are, as far as it has them; undefined if it has none. */
  readonly tlsDirectory: string | undefined;
  readonly skipTlsVerify: boolean;
}

/**
 * Returns the context in force: DOCKER_CONTEXT, else the CLI's current one. Resolves to undefined for the CLI's own
 * `default`. An empty config.json counts as absent, as it does for the CLI.
 *
 * @throws {WatcherError} `INVALID_SETTING` when the CLI's config.json cannot be read: the default could be another
 *   engine than the one that the file names; `UNREACHABLE` when it cannot be read for now
 */
export async function currentContext(
  env: NodeJS.ProcessEnv,
  deadline: FileDeadline,
): Promise<string | undefined> {
  const fromEnvironment = contextOfEnvironment(env);
  if (fromEnvironment !== undefined) return notDefault(fromEnvironment);
  const text = await readText(join(configDirectory(env), 'config.json'), deadline);
  const isEmpty = text === undefined || /^[ \t\r\n]*$/.test(text.content);
  const name = isEmpty ? undefined : field(parseJson(text), 'currentContext');
  return typeof name === 'string' ? notDefault(name) : undefined;
}

/** Returns what DOCKER_CONTEXT names; undefined where it is not set. */
export function contextOfEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  return env['DOCKER_CONTEXT'] || undefined;
}

/**
 * Reads a context by its name, from the CLI's own files: the folder is the SHA-256 of the name.
 *
 * @throws {WatcherError} `INVALID_SETTING` when there is none of that name, or it names no host; `UNREACHABLE` when its
 *   files cannot be read for now
 */
export async function readContext(
  name: string,
  env: NodeJS.ProcessEnv,
  deadline: FileDeadline,
): Promise<DockerContext> {
  const contexts = join(configDirectory(env), 'contexts');
  const folder = createHash('sha256').update(name).digest('hex');
  const text = await readText(join(contexts, 'meta', folder, 'meta.json'), deadline);
  const endpoint = own(field(text && parseJson(text), 'Endpoints'), 'docker');
  const host = field(endpoint, 'Host');
  if (typeof host !== 'string' || host === '') {
    const wrong = text === undefined ? `is not to be found under ${shownPath(contexts)}` : 'names no host';
    throw fault(
      'INVALID_SETTING',
      `The Docker context ${shownContext(name)}, from ${env['DOCKER_CONTEXT'] ? 'DOCKER_CONTEXT' : '`docker context use`'}, ${wrong}. ` +
        'See `docker context ls`, or set "host" or DOCKER_HOST.',
    );
  }
  const tlsDirectory = join(contexts, 'tls', folder, 'docker');
  const what = `the TLS files of the Docker context ${shownContext(name)}`;
  const hasTls = await isThere({ path: tlsDirectory, what, advice: '' }, deadline);
  return {
    host,
    tlsDirectory: hasTls ? tlsDirectory : undefined,
    skipTlsVerify: field(endpoint, 'SkipTLSVerify') === true,
  };
}

/**
 * Returns a context's name as an error may show it: the CLI gives no other characters to one. Where DOCKER_CONTEXT
 * holds an address by mistake, a login may be in it.
 */
export function shownContext(name: string): string {
  return /^[\w.+-]{1,128}$/.test(name) ? `"${printable(name)}"` : '(its name is not shown: it is not one)';
}

/** Where the Docker CLI keeps its files. */
export function configDirectory(env: NodeJS.ProcessEnv): string {
  return env['DOCKER_CONFIG'] || join(homeDirectory(env), '.docker');
}

function notDefault(name: string): string | undefined {
  return name === '' || name === 'default' ? undefined : name;
}

interface Text {
  readonly path: string;
  readonly content: string;
}

const ADVICE = '. Repair it, or set "host" or DOCKER_HOST.';

const describe = (path: string) => `the Docker CLI's file at ${shownPath(path)}`;

/** Reads a file of the CLI; undefined when there is none. */
async function readText(path: string, deadline: FileDeadline): Promise<Text | undefined> {
  const file = { path, what: "the Docker CLI's file", advice: ADVICE };
  const bytes = await readOptionalSettingsFile(file, deadline);
  return bytes && { path, content: bytes.toString('utf8') };
}

/** @throws {WatcherError} `INVALID_SETTING`, without a cause: a parser's message quotes the text, passwords included */
function parseJson({ path, content }: Text): unknown {
  try {
    return JSON.parse(content);
  } catch {
    const why = content.startsWith('\ufeff')
      ? 'it begins with a byte order mark, which the CLI does not read either'
      : 'it holds no JSON';
    throw fault('INVALID_SETTING', `Cannot read ${describe(path)} (${why})${ADVICE}`);
  }
}

/** Reads a field as the CLI does, whose parser takes `currentcontext` for `currentContext`. */
function field(value: unknown, name: string): unknown {
  const exact = own(value, name);
  if (exact !== undefined || typeof value !== 'object' || value === null) return exact;
  const other = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
  return other === undefined ? undefined : own(value, other);
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
