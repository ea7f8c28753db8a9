import { ManualClock } from '@watcher/testing/clock';
import { expect } from 'vitest';
import { type DockerProviderConfig, DockerWatcher } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { Recorder } from '../../support/recorder.ts';

/** Unlike any other wait of a watcher, so that it can be told from them. */
const RETRY = 5000;

/** A watch whose every attempt to connect is made by hand: its time is held, the network is real. */
export class Attempts implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly watch: Recorder;

  constructor(config: DockerProviderConfig) {
    const { clock } = this;
    this.watch = new Recorder(
      new DockerWatcher({ name: 'engine', ...config, clock, retryInterval: RETRY }).events(),
    );
    this.watch.stream.ready.catch(() => {}); // most of these are about a watch that does not get there
  }

  /** Resolves when the attempt that is under way has failed. */
  async failed(): Promise<void> {
    await eventually('the wait for the next attempt', () => this.clock.delays.includes(RETRY), 30_000);
  }

  /** Makes another attempt. */
  async again(): Promise<void> {
    await this.failed();
    await this.clock.advance(RETRY);
  }

  /** The first three attempts end with this error, which is told once. */
  async refused(message: RegExp): Promise<void> {
    await this.again();
    await this.again();
    await this.failed();
    expect(this.errors).toEqual([expect.stringMatching(message)]);
  }

  /** The messages of all errors until now, each with its code: `TLS: …`. */
  get errors(): string[] {
    return this.watch.errors.map(({ code, message }) => `${code}: ${message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch[Symbol.asyncDispose]();
  }
}
