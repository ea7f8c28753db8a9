import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { UsageError } from '../../src/config/usage-error.ts';

describe('the settings', () => {
  it('have a default for everything', () => {
    expect(readSettings([], {})).toEqual({
      engine: { kind: 'find' },
      routesFiles: undefined,
      proxy: undefined,
      page: undefined,
      ignoreHealth: false,
      listTimeout: 15_000,
      json: false,
      logLevel: 'info',
      show: undefined,
    });
  });

  it.each<[string[], Record<string, string>, object]>([
    [['--embedded'], {}, { engine: { kind: 'embedded' } }],
    [['--', '--embedded'], {}, { engine: { kind: 'embedded' } }],
    [['--host', 'tcp://h:1'], {}, { engine: { kind: 'hosts', hosts: ['tcp://h:1'] } }],
    [
      ['--host', 'tcp://a', '--host', 'tcp://b', '--host', 'tcp://a'],
      {},
      { engine: { kind: 'hosts', hosts: ['tcp://a', 'tcp://b'] } },
    ],
    [['--routes', '/etc/r.yml', '--routes', '/etc/s.yml'], {}, { routesFiles: ['/etc/r.yml', '/etc/s.yml'] }],
    [['--routes', 'r.yml'], { INIT_CWD: '/home/me' }, { routesFiles: ['/home/me/r.yml'] }],
    [['--routes', 'r.yml'], {}, { routesFiles: [resolve('r.yml')] }],
    [['--proxy', '8080'], {}, { proxy: { host: '127.0.0.1', port: 8080 } }],
    [['--proxy', '0.0.0.0:8080'], {}, { proxy: { host: '0.0.0.0', port: 8080 } }],
    [['--proxy', '[::1]:0'], {}, { proxy: { host: '::1', port: 0 } }],
    [['--page', '8081'], {}, { page: { host: '127.0.0.1', port: 8081 } }],
    [
      ['--ignore-health', '--list-timeout', '500', '--json'],
      {},
      { ignoreHealth: true, listTimeout: 500, json: true },
    ],
    [[], { LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [[], { LOG_LEVEL: '' }, { logLevel: 'info' }],
    [['--log', 'warn'], { LOG_LEVEL: 'debug' }, { logLevel: 'warn' }],
    [['-h'], {}, { show: 'help' }],
    [['--version'], {}, { show: 'version' }],
  ])('%j with %j', (args, environment, expected) => {
    expect(readSettings(args, environment)).toMatchObject(expected);
  });

  it.each<[string[], RegExp]>([
    [['--nope'], /--nope.* See --help\.$/],
    [['extra'], /extra/],
    [['--log', 'loud'], /--log: expected debug, info, warn, error, got "loud"/],
    [['--host'], /--host/],
    [['--host', ''], /--host: expected a URL/],
    [['--host', 'tcp://h', '--embedded'], /either --host or --embedded/],
    [['--routes', ''], /--routes: expected the path of a file/],
    [['--proxy', '70000'], /--proxy: expected a port from 0 to 65535, or address:port, got "70000"/],
    [['--page', '0.0.0.0:1'], /--page: expected a port from 0 to 65535, got "0\.0\.0\.0:1"/],
    [['--list-timeout', '0'], /--list-timeout: expected milliseconds/],
    [Array.from({ length: 17 }, (_, i) => ['--host', `tcp://h${i}`]).flat(), /--host: expected at most 16/],
  ])('refuse %j in one line', (args, message) => {
    expect(() => readSettings(args, {})).toThrow(UsageError);
    expect(() => readSettings(args, {})).toThrow(message);
    expect(() => readSettings(args, {})).not.toThrow(/\n/);
  });
});
