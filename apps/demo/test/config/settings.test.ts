import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings, UsageError } from '../../src/config/settings.ts';

describe('the settings', () => {
  it('have a default for everything', () => {
    const settings = readSettings([], {});
    expect(settings).toMatchObject({ engine: { kind: 'find' }, logLevel: 'info', help: false });
    expect(settings.routesFile).toBe(resolve(import.meta.dirname, '../../config/routes.yml'));
  });

  it.each<[string[], Record<string, string>, object]>([
    [['--embedded'], {}, { engine: { kind: 'embedded' } }],
    [['--', '--embedded'], {}, { engine: { kind: 'embedded' } }],
    [['--host', 'tcp://h:1'], {}, { engine: { kind: 'host', host: 'tcp://h:1' } }],
    [['--routes', '/etc/r.yml'], {}, { routesFile: '/etc/r.yml' }],
    [['--routes', 'r.yml'], { INIT_CWD: '/home/me' }, { routesFile: '/home/me/r.yml' }],
    [['--routes', 'r.yml'], {}, { routesFile: resolve('r.yml') }],
    [[], { LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [[], { LOG_LEVEL: '' }, { logLevel: 'info' }],
    [['--log', 'warn'], { LOG_LEVEL: 'debug' }, { logLevel: 'warn' }],
    [['-h'], {}, { help: true }],
  ])('%j with %j', (args, environment, expected) => {
    expect(readSettings(args, environment)).toMatchObject(expected);
  });

  it.each<[string[], RegExp]>([
    [['--nope'], /--nope/],
    [['extra'], /extra/],
    [['--log', 'loud'], /--log: expected debug, info, warn, error, got "loud"/],
    [['--host'], /--host/],
    [['--host', ''], /--host: expected a URL/],
    [['--host', 'tcp://h', '--embedded'], /either --host or --embedded/],
  ])('refuse %j with a word for whoever typed it', (args, message) => {
    expect(() => readSettings(args, {})).toThrow(UsageError);
    expect(() => readSettings(args, {})).toThrow(message);
  });
});
