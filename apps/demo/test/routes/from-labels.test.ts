import { describe, expect, it } from 'vitest';
import type { Container } from '../../src/routes/container.ts';
import { routesFromLabels } from '../../src/routes/from-labels.ts';
import type { Reach } from '../../src/routes/reach.ts';
import { target } from '../../src/routes/route.ts';

const local: Reach = { publicHost: '127.0.0.1', private: true };
const remote: Reach = { publicHost: 'engine.example', private: false };

function container(labels: Record<string, string>, more: Partial<Container> = {}): Container {
  return { name: 'web', labels, ports: [], networks: at('127.0.0.1'), ...more };
}

function at(address: string | undefined): Container['networks'] {
  return [{ name: 'bridge', address }];
}

/** The routes as `alias target`, in the order of their aliases. */
function routes(given: Container, reach = local): string[] {
  return routesFromLabels(given, reach)
    .routes.map((route) => `${route.alias} ${target(route)}`)
    .sort();
}

describe('the aliases of a container', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['are its name when no label says more', { 'proxy.*.port': '80' }, ['web http://127.0.0.1:80']],
    [
      'are those of proxy.aliases, in place of its name',
      { 'proxy.aliases': 'app,api', 'proxy.*.port': '80' },
      ['api http://127.0.0.1:80', 'app http://127.0.0.1:80'],
    ],
    [
      'may have spaces around them, be empty between commas, or be there twice',
      { 'proxy.aliases': ' app , ,app', 'proxy.app.port': '80' },
      ['app http://127.0.0.1:80'],
    ],
    [
      'do not differ by case',
      { 'proxy.aliases': 'App', 'proxy.APP.port': '80' },
      ['app http://127.0.0.1:80'],
    ],
    [
      'may be whole domain names',
      { 'proxy.aliases': 'app.example.com', 'proxy.#1.port': '80' },
      ['app.example.com http://127.0.0.1:80'],
    ],
    [
      'may be whole domain names in a label of their own, once they are listed',
      { 'proxy.aliases': 'app.example.com', 'proxy.app.example.com.port': '80' },
      ['app.example.com http://127.0.0.1:80'],
    ],
    [
      'come from labels that name them, beside the listed ones',
      { 'proxy.web.port': '80', 'proxy.web_admin.port': '81' },
      ['web http://127.0.0.1:80', 'web_admin http://127.0.0.1:81'],
    ],
    [
      'do not come from properties that are not of a route',
      {
        'proxy.web.port': '80',
        'proxy.web.middlewares.x.host': 'h',
        'proxy.idle_timeout': '1h',
        'proxy.b.icon': 'i',
      },
      ['web http://127.0.0.1:80'],
    ],
    [
      'are its name when the list is empty',
      { 'proxy.aliases': ' ', 'proxy.web.port': '80' },
      ['web http://127.0.0.1:80'],
    ],
  ])('%s', (_, labels, expected) => {
    expect(routes(container(labels))).toEqual(expected);
    expect(routesFromLabels(container(labels), local).problems).toEqual([]);
  });

  it('are its origin for people', () => {
    expect(routesFromLabels(container({ 'proxy.web.port': '80' }), local).routes[0]?.origin).toBe(
      'container web',
    );
  });
});

describe('the properties of a route', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'are host, port and scheme',
      { 'proxy.web.host': 'db.internal', 'proxy.web.port': '9000', 'proxy.web.scheme': 'https' },
      ['web https://db.internal:9000'],
    ],
    ['imply https by the port', { 'proxy.web.port': '8443' }, ['web https://127.0.0.1:8443']],
    [
      'may name the port to listen on, which implies tcp',
      { 'proxy.web.port': '2222:22' },
      ['web :2222 -> tcp://127.0.0.1:22'],
    ],
    ['may be udp', { 'proxy.web.port': '53', 'proxy.web.scheme': 'udp' }, ['web udp://127.0.0.1:53']],
    [
      'put an IPv6 host in brackets',
      { 'proxy.web.port': '80', 'proxy.web.host': 'FD00::1' },
      ['web http://[fd00::1]:80'],
    ],
    [
      'are told apart by index, counted from 1',
      { 'proxy.aliases': 'a,b', 'proxy.#1.port': '1', 'proxy.#2.port': '2' },
      ['a http://127.0.0.1:1', 'b http://127.0.0.1:2'],
    ],
    [
      'by name win over those by index',
      { 'proxy.aliases': 'a', 'proxy.a.host': 'named', 'proxy.#1.host': 'counted', 'proxy.#1.port': '1' },
      ['a http://named:1'],
    ],
    [
      'for all win over both, each by itself',
      {
        'proxy.aliases': 'a,b',
        'proxy.a.port': '1',
        'proxy.a.host': 'named',
        'proxy.#2.port': '2',
        'proxy.*.port': '3',
      },
      ['a http://named:3', 'b http://127.0.0.1:3'],
    ],
    [
      'for all are for those too that only a label names',
      { 'proxy.extra.host': 'x', 'proxy.*.port': '3' },
      ['extra http://x:3', 'web http://127.0.0.1:3'],
    ],
  ])('%s', (_, labels, expected) => {
    expect(routes(container(labels))).toEqual(expected);
    expect(routesFromLabels(container(labels), local).problems).toEqual([]);
  });
});

describe('what the labels leave open', () => {
  const tcp = (port: number, open?: number) => ({ private: port, public: open, type: 'tcp' });

  it.each<[string, Partial<Container>, Record<string, string>, Reach, string[]]>([
    [
      'the host is the address of the container',
      { networks: at('172.17.0.2') },
      { 'proxy.web.port': '80' },
      local,
      ['web http://172.17.0.2:80'],
    ],
    [
      'the host is this machine for a container on its network',
      { usesHostNetwork: true, networks: at(undefined) },
      { 'proxy.web.port': '80' },
      local,
      ['web http://127.0.0.1:80'],
    ],
    [
      'the host is this machine, and the port the published one, for a container without an address',
      { networks: at(undefined), ports: [tcp(80, 18_080)] },
      { 'proxy.web.port': '80' },
      local,
      ['web http://127.0.0.1:18080'],
    ],
    [
      'an IPv6 address is one',
      { networks: at('fd00::2') },
      { 'proxy.web.port': '80' },
      local,
      ['web http://[fd00::2]:80'],
    ],
    [
      'the network is the first with an address',
      {
        networks: [
          { name: 'a', address: undefined },
          { name: 'b', address: '10.1.0.2' },
        ],
      },
      { 'proxy.web.port': '80' },
      local,
      ['web http://10.1.0.2:80'],
    ],
    [
      'the network is the one that proxy.network names',
      {
        networks: [
          { name: 'a', address: '10.1.0.2' },
          { name: 'b', address: '10.2.0.2' },
        ],
      },
      { 'proxy.web.port': '80', 'proxy.network': 'b' },
      local,
      ['web http://10.2.0.2:80'],
    ],
    [
      'the network may be named without its compose project',
      {
        networks: [
          { name: 'a', address: '10.1.0.2' },
          { name: 'shop_b', address: '10.2.0.2' },
        ],
      },
      { 'proxy.web.port': '80', 'proxy.network': 'b', 'com.docker.compose.project': 'shop' },
      local,
      ['web http://10.2.0.2:80'],
    ],
    [
      'the host is the machine of a remote engine, and the port the published one',
      { networks: at('172.17.0.2'), ports: [tcp(80, 18_080)] },
      { 'proxy.web.port': '80' },
      remote,
      ['web http://engine.example:18080'],
    ],
    [
      'the port is an exposed one',
      { networks: at('10.0.0.2'), ports: [tcp(5000)] },
      {},
      local,
      ['web http://10.0.0.2:5000'],
    ],
    [
      '80 comes first',
      { networks: at('10.0.0.2'), ports: [tcp(22), tcp(443), tcp(80)] },
      {},
      local,
      ['web http://10.0.0.2:80'],
    ],
    [
      '8080 comes before 443',
      { networks: at('10.0.0.2'), ports: [tcp(443), tcp(8080)] },
      {},
      local,
      ['web http://10.0.0.2:8080'],
    ],
    [
      'else the lowest',
      { networks: at('10.0.0.2'), ports: [tcp(9000), tcp(7000)] },
      {},
      local,
      ['web http://10.0.0.2:7000'],
    ],
    [
      'a published port is looked up as the one inside',
      { networks: at('10.0.0.2'), ports: [tcp(80, 18_080)] },
      { 'proxy.web.port': '18080' },
      local,
      ['web http://10.0.0.2:80'],
    ],
    [
      'a port inside is not taken for a published one of the same number',
      { networks: at('10.0.0.2'), ports: [tcp(80, 8080), tcp(8080, 9090)] },
      { 'proxy.web.port': '8080' },
      local,
      ['web http://10.0.0.2:8080'],
    ],
    ['a port that is not published cannot be reached from afar', { ports: [tcp(80)] }, {}, remote, []],
    [
      'udp is the scheme of an exposed udp port',
      { networks: at('10.0.0.2'), ports: [{ private: 53, type: 'udp' }] },
      {},
      local,
      ['web udp://10.0.0.2:53'],
    ],
    [
      'a container that exposes nothing and asks for nothing has no route',
      { networks: at('10.0.0.2') },
      {},
      local,
      [],
    ],
  ])('%s', (_, more, labels, reach, expected) => {
    expect(routes(container(labels, more), reach)).toEqual(expected);
    expect(routesFromLabels(container(labels, more), reach).problems).toEqual([]);
  });
});

describe('a container that cannot be reached', () => {
  it.each<[string, Partial<Container>, Record<string, string>, Reach, RegExp]>([
    [
      'it has no address',
      { networks: at(undefined) },
      {},
      local,
      /it has no address .*; connect it to a network/,
    ],
    [
      'it has no port that is published, and the engine is elsewhere',
      { ports: [{ private: 80, type: 'tcp' }] },
      {},
      remote,
      /it has no address that can be reached from here; publish a port/,
    ],
    [
      'its port is not the one that is published',
      { networks: at(undefined), ports: [{ private: 81, public: 8081, type: 'tcp' }] },
      {},
      local,
      /port 80 is not published/,
    ],
    [
      'it is not in the network that it names',
      {},
      { 'proxy.network': 'nowhere' },
      local,
      /proxy\.network: the container is in no network of this name/,
    ],
  ])('has no route, and the reason is reported: %s', (_, more, labels, reach, reason) => {
    const result = routesFromLabels(container({ 'proxy.web.port': '80', ...labels }, more), reach);
    expect(result.routes).toEqual([]);
    expect(result.problems).toEqual([expect.stringMatching(reason)]);
  });

  it('has one if a label gives the host', () => {
    const given = container({ 'proxy.web.host': 'h', 'proxy.web.port': '80' }, { networks: at(undefined) });
    expect(routes(given)).toEqual(['web http://h:80']);
  });
});

describe('a mapping in YAML', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'has the properties of one alias',
      { 'proxy.app': 'scheme: https\nhost: h\nport: 81\nmiddlewares: {a: 1}' },
      ['app https://h:81', 'web http://127.0.0.1:80'],
    ],
    [
      'may be indented by tabs, as GoDoxy reads it',
      { 'proxy.app': 'port:\t81' },
      ['app http://127.0.0.1:81', 'web http://127.0.0.1:80'],
    ],
    ['may be for all aliases', { 'proxy.*': 'port: 82' }, ['web http://127.0.0.1:82']],
    ['may be for an alias by its index', { 'proxy.#1': 'host: h' }, ['web http://h:80']],
    [
      'yields to a label for the same property',
      { 'proxy.app': 'port: 81\nhost: h', 'proxy.app.port': '83' },
      ['app http://h:83', 'web http://127.0.0.1:80'],
    ],
    [
      'may be for an alias with dots that is listed',
      { 'proxy.aliases': 'web,app.example.com', 'proxy.app.example.com': 'port: 81' },
      ['app.example.com http://127.0.0.1:81', 'web http://127.0.0.1:80'],
    ],
  ])('%s', (_, labels, expected) => {
    const given = container(labels, { ports: [{ private: 80, type: 'tcp' }] });
    expect(routes(given)).toEqual(expected);
    expect(routesFromLabels(given, local).problems).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a number', '80', /^proxy\.app: expected a mapping of scheme, host and port in YAML, got 80$/],
    ['what is not YAML', 'port: [', /^proxy\.app: not YAML: /],
    ['aliases', 'x: &a {}\nport: *a', /^proxy\.app: not YAML: .*[Aa]lias/],
    ['too much', 'x'.repeat(5000), /^proxy\.app: expected at most 4096 characters of YAML$/],
  ])('is reported if it is %s', (_, value, problem) => {
    const given = container({ 'proxy.app': value, 'proxy.web.port': '80' });
    expect(routes(given)).toEqual(['web http://127.0.0.1:80']);
    expect(routesFromLabels(given, local).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('an index', () => {
  it('may be written with a dollar sign', () => {
    const given = container({ 'proxy.aliases': 'a,b', 'proxy.$1.port': '1', 'proxy.$2.port': '2' });
    expect(routes(given)).toEqual(['a http://127.0.0.1:1', 'b http://127.0.0.1:2']);
  });
});

describe('a database or a build helper', () => {
  it.each<[string, Partial<Container>]>([
    ['its image', { image: 'postgres:16' }],
    ['its image in a registry', { image: 'localhost:5000/library/redis@sha256:abc' }],
    ['who publishes its image', { image: 'moby/buildkit:buildx-stable-1' }],
    ['its port', { image: 'mine', ports: [{ private: 5432, type: 'tcp' }] }],
    ['what it mounts', { image: 'mine', mounts: ['/var/lib/mysql'] }],
    ['the name that a replaced container gets', { name: 'web-old' }],
  ])('has no route, by %s, unless a label asks for one', (_, more) => {
    const ports = [{ private: 80, type: 'tcp' }];
    expect(routes(container({}, { ports, ...more }))).toEqual([]);
    expect(routes(container({ 'proxy.#1.port': '80' }, { ports, ...more }))).toHaveLength(1);
  });

  it('has no route as a helper of buildx, even if a label asks for one', () => {
    expect(routes(container({ 'proxy.*.port': '80' }, { name: 'buildx_buildkit_x0' }))).toEqual([]);
  });
});

describe('the routes of one container', () => {
  it('are at most 100, from a list of 20,000 aliases, within a second', () => {
    const aliases = Array.from({ length: 20_000 }, (_, i) => `a${i}`).join(',');
    const from = performance.now();
    const result = routesFromLabels(container({ 'proxy.aliases': aliases, 'proxy.*.port': '80' }), local);
    expect(performance.now() - from).toBeLessThan(1000);
    expect(result.routes).toHaveLength(100);
    expect(result.problems).toEqual(['proxy.aliases: more than 100 aliases; the others are ignored']);
  });

  it('are at most 100, from 20,000 labels', () => {
    const labels = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`proxy.a${i}.port`, '80']));
    const result = routesFromLabels(container({ ...labels, 'proxy.*.port': '80' }), local);
    expect(result.routes).toHaveLength(100);
    expect(result.problems).toEqual(['proxy: more than 100 aliases; the others are ignored']);
  });

  it('are reported with at most ten mistakes, and their number', () => {
    const bad = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`proxy.bad${i}.port`, 'x']));
    const { problems } = routesFromLabels(container(bad), local);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('15 more mistakes in its labels');
  });
});

describe('the health of a container', () => {
  it('is that of its routes', () => {
    const given = container({ 'proxy.web.port': '80' }, { health: 'starting' });
    expect(routesFromLabels(given, local).routes[0]?.health).toBe('starting');
  });
});

describe('proxy.exclude', () => {
  it.each([
    ['true', []],
    ['1', []],
    ['True', []],
    ['proxy', []],
    ['all', []],
    ['proxy, healthcheck', []],
    ['false', ['web http://127.0.0.1:80']],
    ['0', ['web http://127.0.0.1:80']],
    ['healthcheck', ['web http://127.0.0.1:80']],
  ])('%s', (value, expected) => {
    const given = container({ 'proxy.exclude': value, 'proxy.web.port': '80' });
    expect(routes(given)).toEqual(expected);
    expect(routesFromLabels(given, local).problems).toEqual([]);
  });

  it('excludes, and says so, when it makes no sense', () => {
    const result = routesFromLabels(container({ 'proxy.exclude': 'yes', 'proxy.web.port': '80' }), local);
    expect(result.routes).toEqual([]);
    expect(result.problems).toEqual([
      expect.stringMatching(/^proxy\.exclude: expected true, false, .* got "yes"$/),
    ]);
  });
});

describe('labels that make no sense', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a port that is none',
      { 'proxy.bad.port': 'http' },
      /^proxy\.bad\.port: expected a port .* got "http"$/,
    ],
    [
      'a port out of range',
      { 'proxy.bad.port': '65536' },
      /^proxy\.bad\.port: expected a port from 1 to 65535/,
    ],
    ['port 0', { 'proxy.bad.port': '0' }, /^proxy\.bad\.port: expected a port from 1 to 65535/],
    [
      'a scheme that is none',
      { 'proxy.bad.port': '1', 'proxy.bad.scheme': 'ftp' },
      /^proxy\.bad\.scheme: expected one of http, .* got "ftp"$/,
    ],
    [
      'a host with a path',
      { 'proxy.bad.port': '1', 'proxy.bad.host': 'A/b' },
      /^proxy\.bad\.host: expected a host name or an address, .* got "A\/b"$/,
    ],
    [
      'a port to listen on for http',
      { 'proxy.bad.port': '1:2', 'proxy.bad.scheme': 'http' },
      /^proxy\.bad\.port: a port to listen on is for/,
    ],
    [
      'an index past the list',
      { 'proxy.#2.port': '1' },
      /^proxy\.#2\.port: #2 is not in the list of aliases, which has 1$/,
    ],
    ['index 0', { 'proxy.#0.port': '1' }, /^proxy\.#0\.port: #0 is not in the list/],
    ['an alias that is none', { 'proxy.a b.port': '1' }, /^proxy\.a b\.port: expected an alias of letters/],
    [
      'an alias without a port',
      { 'proxy.bad.host': 'h' },
      /^proxy\.bad\.port: no port is given, and the container has none/,
    ],
  ])('are told by their name, and spoil no other route: %s', (_, labels, problem) => {
    const given = container({ 'proxy.web.port': '80', ...labels });
    expect(routesFromLabels(given, local).problems).toEqual([expect.stringMatching(problem)]);
    expect(routes(given)).toEqual(['web http://127.0.0.1:80']);
  });

  it('cannot reach into how objects work', () => {
    const given = container({ 'proxy.__proto__.port': '1', 'proxy.constructor.port': '2' });
    expect(routes(given)).toEqual(['__proto__ http://127.0.0.1:1', 'constructor http://127.0.0.1:2']);
  });
});
