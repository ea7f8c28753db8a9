import type { Logger } from '@watcher/core';
import { describe, expect, it } from 'vitest';
import { RETRY, Scene, told } from './session/support.ts';

describe('a logger', () => {
  it('is told when the watcher opens, when an attempt fails, and when it closes', async () => {
    const lines: string[] = [];
    const note = (level: string) => (fields: object | string, message?: string) =>
      void lines.push(`${level} ${message ?? fields}`);
    const logger: Logger = {
      debug: note('debug'),
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
    };
    await using scene = await Scene.begin({ logger });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await watch.stream.close();
    expect(lines).toEqual([
      'debug docker watcher opened',
      'debug docker watcher: connection failed',
      'debug docker watcher closed',
    ]);
  });

  it('that throws ends neither the stream nor the process', async () => {
    const calls = { count: 0 };
    const fail = () => {
      calls.count++;
      throw new Error('disk full');
    };
    await using scene = await Scene.begin({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    await using watch = await scene.watchAnchored();
    scene.engine.faults.garbageLine('<html>'); // told of while the socket is being read
    await told(watch, 'error PROTOCOL', 'reload gap');
    scene.engine.faults.cutStreams();
    await told(watch, 'error CONNECTION_LOST', 'reload disconnected');
    await scene.live('web');
    await scene.pass(RETRY);
    await told(watch, 'reload reconnected', 'started web');
    await watch.stream.close();
    expect(await watch.stream.closed).toEqual({ reason: 'aborted' });
    expect(calls.count).toBe(5);
  });
});
