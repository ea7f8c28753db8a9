import { describe, expect, it } from 'vitest';
import { routesFromYaml } from '../../src/routes/from-yaml.ts';
import { target } from '../../src/routes/route.ts';

const read = (text: string) => routesFromYaml(text, 'routes.yml');

describe('a file of routes', () => {
  it.each<[string, string, string[]]>([
    [
      'has a mapping for each alias',
      'app:\n  scheme: https\n  host: 10.0.0.1\n  port: 9000\n',
      ['app https://10.0.0.1:9000'],
    ],
    ['leaves out what goes without saying', 'app: {}\n', ['app http://localhost:80']],
    ['implies the port by the scheme', 'app:\n  scheme: https\n', ['app https://localhost:443']],
    ['implies the scheme by the port', 'app:\n  port: 8443\n', ['app https://localhost:8443']],
    ['names the port to listen on', 'ssh:\n  port: 2222:22\n', ['ssh :2222 -> tcp://localhost:22']],
    [
      'has numbers and texts for ports',
      'a: {port: "81"}\nb: {port: 82}\n',
      ['a http://localhost:81', 'b http://localhost:82'],
    ],
    ['reads aliases without their case', 'App.Example.com: {}\n', ['app.example.com http://localhost:80']],
    [
      'shares what is common by anchors',
      'x-common: &c\n  host: h\n  port: 81\napp:\n  <<: *c\n  port: 82\nb: *c\n',
      ['app http://h:82', 'b http://h:81'],
    ],
    ['leaves out what begins with x-', 'x-note: whatever\n', []],
    ['may be empty', '', []],
    ['may have comments only', '# nothing yet\n', []],
  ])('%s', (_, text, expected) => {
    const { routes, problems } = read(text);
    expect(problems).toEqual([]);
    expect(routes?.map((route) => `${route.alias} ${target(route)}`)).toEqual(expected);
  });

  it('is the origin of its routes', () => {
    expect(read('app: {}').routes?.[0]?.origin).toBe('routes.yml');
  });
});

describe('a bad file', () => {
  it.each<[string, string, [line: number, column: number, reason: RegExp][]]>([
    [
      'a port out of range',
      'app:\n  host: h\n  port: 70000\n',
      [[3, 9, /^app\.port: expected a port from 1 to 65535, .* got 70000$/]],
    ],
    [
      'a misspelt property, at its name',
      'app:\n  port: 80\n  hsot: h\n',
      [[3, 3, /^app: unknown "hsot": expected scheme, host or port$/]],
    ],
    [
      'a scheme that is none',
      'app:\n  scheme: ftp\n',
      [[2, 11, /^app\.scheme: expected one of http, https, h2c, tcp, udp, got "ftp"$/]],
    ],
    [
      'a host that is a URL',
      'app:\n  host: http://h\n',
      [[2, 9, /^app\.host: expected a host name or an address, .* got "http:\/\/h"$/]],
    ],
    [
      'a port to listen on for http',
      'app:\n  scheme: http\n  port: 22:23\n',
      [[3, 9, /^app\.port: a port to listen on is for/]],
    ],
    ['tcp without a port', 'a: {}\napp:\n  scheme: tcp\n', [[2, 1, /^app: a tcp route needs a port$/]]],
    [
      'an alias that is none',
      'ok: {}\n"a b": {}\n',
      [[2, 1, /^expected an alias of letters, .* got "a b"$/]],
    ],
    [
      'an alias twice, told apart by case only',
      'App: {}\napp: {}\n',
      [[2, 1, /^app: the alias is there twice/]],
    ],
    [
      'a key twice',
      'app:\n  port: 80\n  port: 81\n',
      [[3, 3, /^keys must be unique, "port" is there twice$/]],
    ],
    ['an alias twice', 'app: {}\napp: {}\n', [[2, 1, /^keys must be unique, "app" is there twice$/]]],
    ['a list for a mapping', '- app\n', [[1, 1, /^expected a mapping of aliases to routes$/]]],
    ['a list for a route', 'app: [80]\n', [[1, 6, /^app: expected scheme, host and port, got a list$/]]],
    ['nothing for a route', 'app:\n', [[1, 5, /^app: expected scheme, host and port, got nothing$/]]],
    ['an unclosed bracket', 'a: {}\napp: {port: 80\nb: {}\n', [[3, 1, /Flow map/]]],
    ['a tab for indentation', 'app:\n\tport: 80\n', [[2, 1, /[Tt]abs/]]],
    ['bad indentation', 'app:\n  port: 80\n host: h\n', [[3, 1, /column/]]],
    ['an anchor that is nowhere', 'app: *nope\n', [[1, 6, /^no anchor is called "nope"$/]]],
    ['two documents', 'a: {}\n---\nb: {}\n', [[2, 1, /multiple documents/]]],
    ['an unknown tag', 'app: !!python/object {}\n', [[1, 6, /tag/]]],
    [
      'a mistake that came by way of an anchor, at the route',
      'x-c: &c\n  port: 0\napp:\n  <<: *c\n',
      [[3, 1, /^app\.port: expected a port/]],
    ],
    [
      'each of several mistakes',
      'a:\n  port: x\nb:\n  prot: 1\n',
      [
        [2, 9, /^a\.port:/],
        [4, 3, /^b: unknown/],
      ],
    ],
  ])('is told with line, column and reason: %s', (_, text, expected) => {
    const { routes, problems } = read(text);
    expect(routes).toBeUndefined();
    expect(problems).toEqual(
      expected.map(([line, column, reason]) => ({ line, column, reason: expect.stringMatching(reason) })),
    );
  });

  it('that multiplies itself by anchors is refused, not built', () => {
    const lines = ['x-0: &a0 [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 1; i < 12; i++) {
      const aliases = Array(10).fill(`*a${i - 1}`);
      lines.push(`x-${i}: &a${i} [${aliases.join(',')}]`);
    }
    expect(read([...lines, 'app: *a11'].join('\n'))).toEqual({
      routes: undefined,
      problems: [{ line: 13, column: 6, reason: 'app: expected scheme, host and port, got a list' }],
    });
  });

  it('that multiplies itself by merges is refused, not built', () => {
    const lines = ['x-0: &a0 {host: h}'];
    for (let i = 1; i < 9; i++) {
      const aliases = Array(20).fill(`*a${i - 1}`);
      lines.push(`x-${i}: &a${i} {<<: [${aliases.join(',')}]}`);
    }
    const { routes, problems } = read([...lines, 'app: *a8'].join('\n'));
    expect(routes).toBeUndefined();
    expect(problems.at(-1)?.reason).toBe('app: the anchors of this file expand to too many properties');
  });

  it('that merges itself is read', () => {
    expect(read('app: &a\n  port: 81\n  <<: *a\n').routes).toMatchObject([{ alias: 'app', port: 81 }]);
  });

  it.each<[string, (i: number) => string]>([
    ['plain', (i) => `r${i}: {host: h, port: 1}\n`],
    ['aliases', (i) => `r${i}: *a\n`],
    ['merges', (i) => `r${i}: {<<: *a}\n`],
    ['mistakes', (i) => `r${i}: ]\n`],
  ])('costs time in proportion to its length: %s', (_, line) => {
    const text = (lines: number) =>
      `x-a: &a {host: h, port: 1}\n${Array.from({ length: lines }, (_, i) => line(i)).join('')}`;
    const cost = (lines: number) => {
      const from = process.cpuUsage();
      read(text(lines));
      const { user, system } = process.cpuUsage(from);
      return user + system;
    };
    cost(2000); // so that the code is compiled
    // Twice the time for twice the lines, and not four times: with room for a busy machine.
    expect(cost(8000)).toBeLessThan(10 * Math.max(cost(2000), 20_000));
  });

  it('cannot reach into how objects work', () => {
    expect(read('__proto__:\n  port: 81\n').routes).toMatchObject([{ alias: '__proto__', port: 81 }]);
    expect(read('app:\n  __proto__: {port: 81}\n').problems).toMatchObject([{ line: 2, column: 3 }]);
    expect(({} as { port?: number }).port).toBeUndefined();
  });
});
