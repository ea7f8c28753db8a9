import type { Container } from './container.ts';
import { shown } from './schema.ts';

/** Images without web pages, by GoDoxy's list. */
const BACKEND_IMAGES = new Set(
  (
    'postgres mysql mariadb redis memcached mongo rabbitmq couchdb neo4j telegraf ' +
    'elasticsearch meilisearch kibana solr watchtower'
  ).split(' '),
);

/** Publishers of browsers for tests, monitoring agents and build helpers. */
const BACKEND_PUBLISHERS = new Set(['selenium', 'browserless', 'zenika', 'zabbix', 'moby', 'docker']);

const BACKEND_PORTS = new Set([5432, 3306, 6379, 11211, 27017]);

const BACKEND_MOUNTS = new Set([
  '/var/lib/postgresql/data',
  '/var/lib/mysql',
  '/var/lib/mongodb',
  '/var/lib/mariadb',
  '/var/lib/memcached',
  '/var/lib/rabbitmq',
]);

/**
 * Returns whether a container gets no routes: `proxy.exclude` asks for that, or it is a database or a build helper,
 * and no `proxy.` label asks for a route.
 *
 * @param report receives a `proxy.exclude` that cannot be read; such a container is excluded, to be on the safe side
 */
export function isExcluded(container: Container, report: (label: string, message: string) => void): boolean {
  const { name, labels } = container;
  if (saysSo(labels['proxy.exclude'], report)) return true;
  if (name.startsWith('buildx_')) return true;
  const isExplicit = Object.keys(labels).some((label) => label.startsWith('proxy.'));
  // Watchtower renames a container so before it replaces it.
  return !isExplicit && (isBackend(container) || name.endsWith('-old'));
}

function saysSo(value: string | undefined, report: (label: string, message: string) => void): boolean {
  if (value === undefined || /^(0|f|false)$/i.test(value)) return false;
  if (/^(1|t|true)$/i.test(value)) return true;
  const flags = value.slice(0, 100).split(',');
  const known = flags
    .map((flag) => flag.trim())
    .filter((flag) => ['proxy', 'healthcheck', 'all'].includes(flag));
  if (known.length === flags.length) return known.some((flag) => flag !== 'healthcheck');
  const expected = 'true, false, or a list of proxy, healthcheck and all';
  report('proxy.exclude', `expected ${expected}, got ${shown(value)}`);
  return true;
}

function isBackend({ image = '', ports, mounts = [] }: Container): boolean {
  const { publisher, name } = partsOf(image);
  return (
    BACKEND_IMAGES.has(name) ||
    BACKEND_PUBLISHERS.has(publisher) ||
    ports.some((port) => BACKEND_PORTS.has(port.private)) ||
    mounts.some((path) => BACKEND_MOUNTS.has(path))
  );
}

/** `registry:5000/moby/buildkit:v1` is by `moby`, and is called `buildkit`. */
function partsOf(image: string): { readonly publisher: string; readonly name: string } {
  const path = image.split('@')[0]?.split('/') ?? [];
  const name = path.at(-1)?.split(':')[0] ?? '';
  return { publisher: path.at(-2) ?? '', name };
}
