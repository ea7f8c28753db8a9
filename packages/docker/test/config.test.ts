import { describe, expect, it } from 'vitest';
import { readConfig, readWatchOptions } from '../src/config.ts';

const client = { getEvents: () => Promise.reject(new Error('never asked')) };

describe('an option of the wrong kind', () => {
  it.each<[string, unknown, RegExp]>([
    ['config', 'https://root:hunter2@host', /"config": expected an object, got "string"/],
    ['config', ['https://root:hunter2@host'], /"config": expected an object, got "an array"/],
    ['host', { host: 'https://root:hunter2@host', client }, /"host": .* beside "client".*"https:\/\/host"/],
    ['host', { host: 'hunter2@', client }, /"host": expected unix:/],
    ['tls', { tls: null, client }, /"tls": expected an object, got "null"/],
    ['tls', { tls: { key: 'hunter2', cert: 'c' }, client }, /"tls": .* beside "client".*\{ key, cert \}/],
    [
      'client',
      { client: 'https://root:hunter2@host' },
      /"client": expected a dockerode instance, got "string"/,
    ],
    ['client', { client: { host: 'h', password: 'hunter2' } }, /"client": .* \{ host, password \}/],
    ['client', { client: null }, /"client": expected a dockerode instance/],
    ['logger', { logger: {} }, /"logger": expected a logger/],
    ['clock', { clock: {} }, /"clock": expected a Clock/],
    ['name', { name: 7 }, /"name": expected a string/],
    ['forceReload', { forceReload: 'never' }, /"forceReload": expected "always" or "gap"/],
    ['retryInterval', { retryInterval: [] }, /"retryInterval": expected milliseconds/],
    ['retryInterval', { retryInterval: null }, /"retryInterval": expected milliseconds/],
    ['retryInterval.factor', { retryInterval: { factor: '2' } }, /"retryInterval.factor"/],
    ['retryInterval.jitter', { retryInterval: { jitter: '0' } }, /"retryInterval.jitter"/],
  ])('is an error that names it, %s, and shows no secret in it: %j', (_, config, message) => {
    expect(() => readConfig(config as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
    expect(() => readConfig(config as never)).not.toThrow(/hunter2/);
  });

  it.each<[string, unknown, RegExp]>([
    ['options', 'signal', /"options": expected an object/],
    ['filters', { filters: [] }, /"filters": expected an object/],
    ['onError', { onError: 5 }, /"onError": expected a function, got 5/],
    ['signal', { signal: {} }, /"signal": expected an AbortSignal/],
  ])('of a stream is one, too: %s', (_, options, message) => {
    expect(() => readWatchOptions(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
