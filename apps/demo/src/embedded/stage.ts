import { FakeEngine } from '@watcher/testing/engine';
import { EmbeddedApp } from './embedded-app.ts';

/** A fake container: its image, and the labels that ask for its routes. */
export interface Role {
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A fake engine, and a real HTTP server for each of its containers, so that proxied requests are answered. */
export class Stage implements AsyncDisposable {
  readonly engine: FakeEngine;
  readonly #apps = new Map<string, EmbeddedApp>();

  private constructor(engine: FakeEngine) {
    this.engine = engine;
  }

  static async open(): Promise<Stage> {
    return new Stage(await FakeEngine.start());
  }

  /** Creates and starts a container. */
  async run(name: string, { image = 'demo/app', labels = {} }: Role = {}): Promise<void> {
    const app = new EmbeddedApp(name);
    await app.start();
    this.#apps.set(name, app);
    const reached = { 'proxy.*': `{scheme: http, host: 127.0.0.1, port: ${app.port}}` };
    const isDatabase = image.startsWith('postgres');
    await this.engine.start(
      await this.engine.create({ name, image, labels: isDatabase ? labels : { ...reached, ...labels } }),
    );
  }

  async start(name: string): Promise<void> {
    await this.#apps.get(name)?.start();
    await this.engine.start(name);
  }

  /** Ends its process, as after a fault. */
  async crash(name: string): Promise<void> {
    await this.#apps.get(name)?.stop();
    await this.engine.exit(name, 1);
  }

  async remove(name: string): Promise<void> {
    await this.engine.remove(name);
    await this.#apps.get(name)?.stop();
    this.#apps.delete(name);
  }

  /** The engine is up again, and what ran before runs again, as with `--restart always`. */
  async restartEngine(): Promise<void> {
    await this.engine.restart();
    for (const name of this.#apps.keys()) await this.engine.start(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const app of this.#apps.values()) await app.stop();
    await this.engine[Symbol.asyncDispose]();
  }
}
