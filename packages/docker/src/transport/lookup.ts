import { type LookupAddress, type LookupAllOptions, promises } from 'node:dns';
import type { Agent, ClientRequestArgs } from 'node:http';
import type { LookupFunction } from 'node:net';
import { BoundedWork } from '../bounded-work.ts';

/**
 * Makes the connections of an agent look up names together with those of all others in the process: one lookup of a name
 * at a time, two at most at once. A connection that is given up waits for none.
 */
export function shareLookups<T extends Agent>(agent: T): T {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs, ...rest) => {
    const closed = new AbortController();
    const connection = connect({ ...options, lookup: lookupUntil(closed.signal) }, ...rest);
    connection?.once('close', () => closed.abort());
    return connection;
  };
  return agent;
}

/**
 * Returns a `lookup` for `net.connect`, as `dns.lookup` is one: by the system, so that its hosts file and
 * nsswitch.conf count. When `signal` is aborted its wait ends, with the signal's reason.
 */
export function lookupUntil(signal: AbortSignal, resolve = askSystem): LookupFunction {
  return (hostname, options, callback) => {
    const { family = 0, hints = 0, all } = options;
    const query = { ...options, all: true } as const;
    const key = [hostname, family, hints].join(' ');
    lookups
      .run(key, () => resolve(hostname, query), signal)
      .then(
        (addresses) => {
          const [first] = addresses as [LookupAddress, ...LookupAddress[]]; // one at least, or else an error
          if (all) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error) => callback(error, ''),
      );
  };
}

/** `getaddrinfo` occupies a thread until the name server answers or is given up, after 10 s as systems are set up. */
const lookups = new BoundedWork<LookupAddress[]>({ limit: 2 });

function askSystem(hostname: string, query: LookupAllOptions): Promise<LookupAddress[]> {
  return promises.lookup(hostname, query);
}
