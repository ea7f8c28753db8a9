import { ManualClock } from '@watcher/testing/clock';
import { FakeEngine, type FakeEngineOptions } from '@watcher/testing/engine';
import { expect } from 'vitest';
import {
  type DockerProviderConfig,
  DockerWatcher,
  type DockerWatchOptions,
  type DockerWatchStream,
} from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { Recorder } from '../support/recorder.ts';
import { clientThrough, type Way } from './way.ts';

/** Milliseconds a request may take here: no other wait is as long, so that a test can tell which one it passes. */
export const TIMEOUT = 2500;

/** @watcher/docker's defaults. */
export const RETRY = 3000;
export const LIVENESS = 10_000;

/** Milliseconds before a position is taken of which the events are emitted again. */
export const LIST_LAG = 5000;

/** A watcher on a fake engine, whose time is held: the engine's network is real, its waits are not. */
export class Scene implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly engine: FakeEngine;
  readonly config: DockerProviderConfig;

  private constructor(engine: FakeEngine, config: DockerProviderConfig) {
    this.engine = engine;
    this.config = config;
  }

  static async begin(config: DockerProviderConfig = {}, options: FakeEngineOptions = {}): Promise<Scene> {
    return new Scene(await FakeEngine.start(options), config);
  }

  watch(options: DockerWatchOptions = {}): Recorder {
    const { engine, clock, config } = this;
    return new Recorder(
      new DockerWatcher({ host: engine.host, clock, name: 'engine', timeout: TIMEOUT, ...config }).events(
        options,
      ),
    );
  }

  /** As {@link watch}, by a client of its own. */
  watchThrough(way: Way): Recorder {
    const { engine, clock, config } = this;
    const client = clientThrough(engine, way);
    return new Recorder(
      new DockerWatcher({ client, clock, name: 'engine', timeout: TIMEOUT, ...config }).events(),
    );
  }

  /** Gives the engine something to have told of, well before now. */
  async anchor(): Promise<void> {
    await this.engine.create({ name: 'before' });
    this.engine.stepClock(2000); // an engine tells its time to the second
  }

  /** A watch that is subscribed to, on an engine that has told of something before. */
  async watchAnchored(options: DockerWatchOptions = {}): Promise<Recorder> {
    await this.anchor();
    const recorder = this.watch(options);
    await recorder.stream.ready;
    return recorder;
  }

  /** A container starts. */
  async live(name: string): Promise<string> {
    const id = await this.engine.create({ name });
    await this.engine.start(id);
    return id;
  }

  /** Messages that nobody selected, as a health check makes them. */
  noise(count: number): void {
    for (let n = 0; n < count; n++) this.engine.publish({ Type: 'container', Action: 'exec_create: true' });
  }

  /** Resolves when there is one stream, and no question under way or about to be. */
  async quiet(): Promise<void> {
    const isQuiet = () => {
      const { open, subscribers } = this.engine.connections;
      return open === 1 && subscribers === 1;
    };
    do {
      await eventually('one stream, and no question', isQuiet);
      await this.arrived();
    } while (!isQuiet());
  }

  /** Resolves when what is on its way has come: both ends are in this process, and take a few turns of its loop. */
  async arrived(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets the wait of `delay` milliseconds that somebody sits in come to its end. */
  async pass(delay: number): Promise<void> {
    await eventually(`a wait of ${delay} ms`, () => this.clock.delays.includes(delay));
    await this.clock.advance(delay);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }
}

/** A clock for an engine, in the midst of a second. */
export const engineTime = () => new ManualClock(1_577_836_800_300);

/** Resolves when the recorder was told exactly this since the last look. */
export async function told(recorder: Recorder, ...lines: string[]): Promise<void> {
  try {
    await eventually('what is to be told', () => recorder.lines.length >= lines.length);
  } catch {
    // the comparison says what is missing
  }
  expect(recorder.take()).toEqual(lines);
}

/** What the watcher says of its stream. */
export function status({ stream }: Recorder): DockerWatchStream['status'] {
  return (stream as DockerWatchStream).status;
}
