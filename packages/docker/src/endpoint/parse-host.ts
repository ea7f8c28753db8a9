import { printable, type WatcherError } from '@watcher/core';

/** An address, taken apart. `shown` is what may be said of it: never who logs in, nor with what password. */
export type Host =
  | { readonly kind: 'socket'; readonly shown: string; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly shown: string;
      /** Whether the scheme asks for TLS; `tcp` leaves it to the other settings. */
      readonly secure: boolean | undefined;
      readonly hostname: string;
      readonly port: number | undefined;
      /** In front of the API's own paths, for an engine behind a proxy; without a slash at its end. */
      readonly path: string;
      /** `user:password`, for a proxy that asks for it. */
      readonly login: string | undefined;
    }
  | {
      readonly kind: 'ssh';
      readonly shown: string;
      readonly hostname: string;
      readonly user: string | undefined;
      readonly port: number | undefined;
      /** The socket at the far end, when it is not the one that the Docker CLI there finds by itself. */
      readonly path: string;
    };

/** Makes the error for an invalid address, naming the setting that it came from. */
export type Invalid = (expected: string, given: string) => WatcherError;

/** Takes an address apart, by the forms of DOCKER_HOST. */
export function parseHost(text: string, invalid: Invalid): Host {
  const refuse = (expected: string) => invalid(expected, concealed(text));
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1];
  switch (scheme) {
    case 'unix':
    case 'npipe':
      return parseSocket(scheme, text, refuse);
    case 'ssh':
      return parseSsh(parseUrl(text, refuse), refuse);
    case 'tcp':
    case 'tls':
    case 'http':
    case 'https':
      return parseTcp(scheme, parseUrl(text, refuse), refuse);
    default:
      throw refuse(FORMS);
  }
}

type Refuse = (expected: string) => WatcherError;

const FORMS =
  'unix:///path, npipe:////./pipe/name, tcp://host:port, tls://, http://, https:// or ssh://user@host';

function parseSocket(scheme: 'unix' | 'npipe', text: string, refuse: Refuse): Host {
  const path = text.slice(scheme.length + 3);
  if (scheme === 'unix' && !path.startsWith('/')) throw refuse('unix:// and an absolute path');
  if (scheme === 'npipe' && !/^[\\/]{2}/.test(path)) throw refuse('npipe:// and the path of a pipe');
  // What follows a NUL would not reach the system.
  if (path.includes('\0')) throw refuse('a path without a NUL character');
  return { kind: 'socket', shown: printable(text), path };
}

function parseTcp(scheme: 'tcp' | 'tls' | 'http' | 'https', url: URL, refuse: Refuse): Host {
  refuseMisplaced(url, refuse);
  const login = url.username || url.password ? decode(`${url.username}:${url.password}`, refuse) : undefined;
  return {
    kind: 'tcp',
    shown: shown(url),
    secure: scheme === 'tcp' ? undefined : scheme !== 'http',
    hostname: nameIn(url),
    port: portIn(url) ?? (scheme === 'tls' ? DOCKER_TLS_PORT : undefined),
    path: pathIn(url),
    login,
  };
}

const DOCKER_TLS_PORT = 2376;

function parseSsh(url: URL, refuse: Refuse): Host {
  if (url.password) throw refuse('no password in an ssh:// address, but a key that OpenSSH finds by itself');
  refuseMisplaced(url, refuse);
  const hostname = nameIn(url);
  const user = url.username ? decode(url.username, refuse) : undefined;
  const path = pathIn(url);
  if (!SSH_NAME.test(hostname) || (user !== undefined && !SSH_NAME.test(user)))
    throw refuse('a user and a host that begin with no "-" and hold nothing that a shell would act on');
  // It becomes part of a command at the far end.
  if (!/^[\w./-]*$/.test(path)) throw refuse('a socket path of letters, digits, ".", "_", "-" and "/"');
  return { kind: 'ssh', shown: shown(url), hostname, user, port: portIn(url), path };
}

/** Refuses what may be a login in the wrong place: the host and the path are shown. */
function refuseMisplaced({ hostname, pathname, search, hash }: URL, refuse: Refuse): void {
  if (search || hash) throw refuse('an address without "?" and "#"');
  if (AT.test(pathname) || hostname.includes('%'))
    throw refuse('a login only between "//" and "@", with "/" as %2F and "@" as %40');
}

/** What is an option to ssh, or could be more than a name where its configuration hands it to a shell, is none. */
const SSH_NAME = /^(?!-)[^\s\p{Cc}'"`$;&<>|(){}*?[\]!#~^]+$/u;

function parseUrl(text: string, refuse: Refuse): URL {
  // As in the Docker CLI, no host at all is this one.
  const whole = text.replace(/^(tcp|tls):\/\/(?=[:/]|$)/, '$1://localhost');
  // A URL is read past white space, as though it were not there.
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(whole)) throw refuse(FORMS);
  return new URL(whole);
}

const nameIn = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');
const portIn = ({ port }: URL) => (port === '' ? undefined : Number(port));
const pathIn = ({ pathname }: URL) => {
  let end = pathname.length;
  while (pathname[end - 1] === '/') end--;
  return pathname.slice(0, end);
};
const shown = (url: URL) => `${url.protocol}//${url.host}${pathIn(url)}`;

function decode(part: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refuse('"%" only before two hexadecimal digits, %25 for "%" itself');
  }
}

/** What separates a login from a host, also where it was encoded, once or more, or typed in another form. */
const AT = /@|\uff20|\ufe6b|%(?:25)*40/i;

/**
 * Returns what an error may show of a refused address: nothing before its last "@", behind "?" or "#", or in the place of
 * a port that is not a number. Each of these may be a password.
 */
function concealed(text: string): string {
  const [scheme = ''] = /^[a-z+.-]{0,16}:\/\//i.exec(text) ?? [];
  const [address = ''] = (text.slice(scheme.length).split(AT).at(-1) ?? '').split(/[?#]/);
  const [authority = ''] = address.split(/[\\/]/);
  const [name = '', ...port] = authority.split(':');
  const isPlain = /^\d*$/.test(port.join(':')) || IPV6.test(authority);
  return printable(scheme + (isPlain ? address : `${name}:...`));
}

const IPV6 = /^\[?[\da-f]*:[\da-f]*:[\da-f:.]*(\]:\d*)?$/i;
