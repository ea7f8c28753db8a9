import type { WatcherError } from '@watcher/core';

/** An address, as it is written, taken apart. */
export type Host =
  | { readonly kind: 'socket'; readonly shown: string; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly shown: string;
      /** What the scheme says of TLS: `tcp` leaves it to the other settings. */
      readonly secure: boolean | undefined;
      readonly hostname: string;
      readonly port: number | undefined;
      /** In front of the API's own paths, for an engine behind a proxy; without a slash at its end. */
      readonly path: string;
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

export const HOST_FORMS =
  'unix:///path, npipe:////./pipe/name, tcp://host:port, http://, https:// or ssh://user@host';

/**
 * Takes an address apart, by the forms of DOCKER_HOST. What is shown of it leaves out a password.
 *
 * @param invalid makes the error for an address that is none, naming the setting that it came from
 */
export function parseHost(text: string, invalid: (expected: string, given: string) => WatcherError): Host {
  const shown = withoutPassword(text);
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1];
  if (scheme === 'unix' || scheme === 'npipe') {
    const path = text.slice(scheme.length + 3);
    if (scheme === 'unix' && !path.startsWith('/')) throw invalid('unix:// and an absolute path', shown);
    if (path === '') throw invalid('npipe:// and the path of a pipe', shown);
    return { kind: 'socket', shown, path };
  }
  if (scheme === undefined || !['tcp', 'http', 'https', 'ssh'].includes(scheme) || !URL.canParse(text)) {
    throw invalid(HOST_FORMS, shown);
  }
  // As http, so that every scheme is taken apart by the same rules.
  const url = new URL(text.replace(scheme, 'http'));
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = explicitPort(text);
  const path = url.pathname.replace(/\/+$/, '');
  if (scheme === 'ssh') {
    const user = url.username ? decodeURIComponent(url.username) : undefined;
    if (hostname.startsWith('-') || user?.startsWith('-'))
      throw invalid('a host and user that are no options', shown);
    // It becomes part of a command at the far end.
    if (!/^[\w./-]*$/.test(path))
      throw invalid('a socket path of letters, digits, ".", "_", "-" and "/"', shown);
    return { kind: 'ssh', shown, hostname, user, port, path };
  }
  const secure = scheme === 'tcp' ? undefined : scheme === 'https';
  return { kind: 'tcp', shown, secure, hostname, port, path };
}

/** The port as written: URL drops the one that is its scheme's own. */
function explicitPort(text: string): number | undefined {
  const port = /^[a-z]+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

function withoutPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^/@]*?):[^/]*@/, '$1:***@');
}
