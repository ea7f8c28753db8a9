import { type ContainerSummary, type DockerEngine, EngineError } from '@watcher/testing/engine';
import { readPublished } from '../../oracle/published.ts';
import { views } from '../../oracle/view.ts';
import type { Setting } from '../../script/script.ts';
import type { ContainerOperation, EngineStep, PathStep } from '../../script/step.ts';
import type { Ground, HearPublished } from '../ground.ts';
import { EngineHttp } from './engine-http.ts';
import { EngineProxy } from './engine-proxy.ts';
import { Observer } from './observer.ts';

/** How many events are made at a time: a daemon answers several requests side by side. */
const AT_A_TIME = 8;

/** A real daemon, and a proxy before it. The daemon stays; what a round leaves in it is removed by the next. */
export class RealGround implements Ground {
  readonly #engine: DockerEngine;
  readonly #http: EngineHttp;
  readonly #proxy: EngineProxy;
  readonly #observer: Observer;
  readonly #slots = new Map<number, string>();
  #serial = 0;
  #frozen = false;

  static async open(engine: DockerEngine, setting: Setting, hear: HearPublished): Promise<RealGround> {
    if (engine.pid === undefined) await engine.restart();
    for (const { Id } of await engine.list({ all: true })) await engine.remove(Id);
    const http = new EngineHttp(engine.host);
    const { headers } = await http.ask('GET', '/_ping');
    const proxy = await EngineProxy.open(
      engine.host.replace(/^unix:\/\//, ''),
      String(headers['api-version']),
    );
    let index = 0;
    const view = views[setting.view];
    const observer = new Observer(http, (message) => hear(readPublished(message, index++, view)));
    await observer.listen('now');
    return new RealGround(engine, http, proxy, observer);
  }

  private constructor(engine: DockerEngine, http: EngineHttp, proxy: EngineProxy, observer: Observer) {
    this.#engine = engine;
    this.#http = http;
    this.#proxy = proxy;
    this.#observer = observer;
  }

  get host(): string {
    return this.#proxy.host;
  }

  get requests(): number {
    return this.#proxy.accepted;
  }

  get streams(): number {
    return this.#proxy.streams;
  }

  get connections(): number {
    return this.#proxy.connections;
  }

  get now(): bigint {
    return BigInt(Date.now()) * 1_000_000n; // it shares our clock
  }

  tellPublished(): void {} // told as it is heard

  async perform(step: EngineStep | PathStep): Promise<void> {
    try {
      await ('slot' in step ? this.#change(step) : this.#disturb(step));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error; // the engine may refuse: then nothing has happened
    }
  }

  async calm(): Promise<void> {
    await this.#proxy.lift();
    if (this.#frozen) await this.perform({ do: 'thaw' });
    if (this.#engine.pid === undefined) await this.perform({ do: 'restart' });
  }

  list(): Promise<ContainerSummary[]> {
    return this.#engine.list({ all: true });
  }

  async mark(): Promise<void> {
    const id = await this.#engine.create({ name: `mark-${this.#serial++}` });
    await this.#engine.remove(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#observer.close();
    this.#engine.thaw();
    await this.#proxy[Symbol.asyncDispose]();
  }

  async #change(step: Extract<EngineStep, { slot: number }>): Promise<void> {
    switch (step.do) {
      case 'churn':
        for (let time = 0; time < step.times; time++) {
          await this.#engine.kill(this.#container(step.slot));
          await this.#engine.start(this.#container(step.slot));
        }
        break;
      case 'twins':
      case 'disorder':
        break; // a real engine cannot be made to
      default:
        await this.#operate(step.do, step.slot);
    }
  }

  async #operate(operation: ContainerOperation, slot: number): Promise<void> {
    switch (operation) {
      case 'create': {
        const options = { name: `slot-${slot}`, labels: { slot: String(slot) } };
        this.#slots.set(slot, await this.#engine.create(options));
        break;
      }
      case 'rename':
        await this.#engine.rename(this.#container(slot), `slot-${slot}-${this.#serial++}`);
        break;
      case 'exit':
        break; // what runs in it runs for ever
      default:
        await this.#engine[operation](this.#container(slot));
    }
  }

  async #disturb(step: Exclude<EngineStep | PathStep, { slot: number }>): Promise<void> {
    switch (step.do) {
      case 'noise':
        await this.#noise(step.events);
        break;
      case 'crash':
        await this.#engine.crash();
        break;
      case 'restart':
        await this.#engine.restart();
        await this.#observer.listen('the beginning');
        break;
      case 'freeze':
        this.#frozen = true;
        this.#engine.freeze();
        break;
      case 'thaw':
        this.#frozen = false;
        this.#engine.thaw();
        break;
      case 'refuse':
        await this.#proxy.refuse();
        break;
      case 'black hole':
        await this.#proxy.begin({ blackHole: true });
        break;
      case 'silence':
        await this.#proxy.begin({ silence: true });
        break;
      case 'deaf':
        this.#proxy.deafen();
        break;
      case 'late subscription':
        await this.#proxy.begin({ lateSubscription: step.ms });
        break;
      case 'cut after time':
        await this.#proxy.begin({ cutAfter: step.ms });
        break;
      case 'reset':
        this.#proxy.cut('all');
        break;
      case 'cut streams':
        this.#proxy.cut('streams');
        break;
      case 'lift':
        await this.#proxy.lift();
        break;
      default:
        throw new Error(`"${step.do}" is nothing that can be done to a real engine.`);
    }
  }

  /** Tags the image again and again: an event of no interest each time, and nothing is left of it. */
  async #noise(events: number): Promise<void> {
    let left = events;
    const tag = async () => {
      while (left-- > 0) {
        const name = this.#serial++ % 16;
        await this.#http.ask('POST', `/images/watcher-test/tag?repo=noise&tag=n${name}`);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, tag)).catch(() => {}); // the daemon may have gone
  }

  #container(slot: number): string {
    const container = this.#slots.get(slot);
    if (container === undefined) throw new EngineError(404, `No container in slot ${slot}.`);
    return container;
  }
}
