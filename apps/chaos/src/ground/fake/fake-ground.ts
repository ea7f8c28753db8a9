import { systemClock } from '@watcher/core';
import { type ContainerSummary, EngineError, FakeEngine, type Fault } from '@watcher/testing/engine';
import { readPublished } from '../../oracle/published.ts';
import { views } from '../../oracle/view.ts';
import { turn } from '../../round/waiting.ts';
import type { Setting } from '../../script/script.ts';
import type { ContainerOperation, EngineStep, PathStep } from '../../script/step.ts';
import { ENGINE_SPEED } from '../../timing.ts';
import type { Ground, HearPublished } from '../ground.ts';

/** Events that are published in one go: well under what an engine holds for a listener. */
const PORTION = 100;

const NANOS = 1_000_000n;

/** The fake engine, whose faults are those of the path, too. */
export class FakeGround implements Ground {
  readonly #engine: FakeEngine;
  readonly #setting: Setting;
  readonly #hear: HearPublished;
  readonly #slots = new Map<number, { readonly id: string; name: string }>();
  #lasting: Fault[] = [];
  #told = 0;
  /** Makes names, and events that are otherwise alike, differ. */
  #serial = 0;
  #down = false;

  static async open(setting: Setting, hear: HearPublished): Promise<FakeGround> {
    const { dialect, clockOffset, listLag } = setting;
    const engine = await FakeEngine.start({ dialect, clock: fastClock(), keep: 16_384 });
    engine.stepClock(clockOffset);
    engine.listLag = listLag;
    return new FakeGround(engine, setting, hear);
  }

  private constructor(engine: FakeEngine, setting: Setting, hear: HearPublished) {
    this.#engine = engine;
    this.#setting = setting;
    this.#hear = hear;
  }

  get host(): string {
    return this.#engine.host;
  }

  get requests(): number {
    return this.#engine.connections.accepted;
  }

  get streams(): number {
    return this.#engine.connections.subscribers;
  }

  get connections(): number {
    return this.#engine.connections.open;
  }

  get now(): bigint {
    return this.#engine.now;
  }

  tellPublished(): void {
    const { publishedCount } = this.#engine;
    if (publishedCount === this.#told) return;
    const { published } = this.#engine;
    const view = views[this.#setting.view];
    for (let index = this.#told; index < publishedCount; index++) {
      const message = published[published.length - (publishedCount - index)];
      if (!message) throw new Error(`Event ${index} is gone from the fake engine's log.`);
      this.#hear(readPublished(message, index, view));
    }
    this.#told = publishedCount;
  }

  async perform(step: EngineStep | PathStep): Promise<void> {
    try {
      await ('slot' in step ? this.#change(step) : this.#disturb(step));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error; // the engine may refuse: then nothing has happened
    } finally {
      this.tellPublished();
    }
  }

  async calm(): Promise<void> {
    await this.#lift();
    if (this.#down) await this.perform({ do: 'restart' });
  }

  list(): Promise<ContainerSummary[]> {
    return this.#engine.list({ all: true });
  }

  async mark(): Promise<void> {
    const id = await this.#engine.create({ name: `mark-${this.#serial++}` });
    await this.#engine.start(id);
    await this.#engine.remove(id);
    this.tellPublished();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
  }

  async #change(step: Extract<EngineStep, { slot: number }>): Promise<void> {
    switch (step.do) {
      case 'churn':
        for (let time = 0; time < step.times; time++) {
          const { id } = this.#container(step.slot);
          await this.#engine.kill(id);
          await this.#engine.start(id);
          if (time % (PORTION / 5) === 0) await this.#breathe();
        }
        break;
      case 'twins': {
        const timeNano = this.#engine.now;
        for (let event = 0; event < step.events; event++) this.#publishKill(step.slot, timeNano);
        break;
      }
      case 'disorder':
        this.#publishKill(step.slot, this.#engine.now - BigInt(step.ms) * NANOS);
        break;
      default:
        await this.#operate(step.do, step.slot);
    }
  }

  async #operate(operation: ContainerOperation, slot: number): Promise<void> {
    if (operation === 'create') {
      const name = `slot-${slot}`;
      const id = await this.#engine.create({ name, labels: { slot: String(slot) } });
      this.#slots.set(slot, { id, name });
      return;
    }
    const container = this.#container(slot);
    if (operation !== 'rename') {
      await this.#engine[operation](container.id);
      return;
    }
    const name = `slot-${slot}-${this.#serial++}`;
    await this.#engine.rename(container.id, name);
    container.name = name;
  }

  async #disturb(step: Exclude<EngineStep | PathStep, { slot: number }>): Promise<void> {
    const { faults } = this.#engine;
    switch (step.do) {
      case 'noise':
        for (let left = step.events; left > 0; left -= PORTION) {
          for (let event = Math.min(left, PORTION); event > 0; event--) this.#publishNoise();
          await this.#breathe();
        }
        break;
      case 'pass':
        this.#engine.stepClock(step.ms);
        break;
      case 'set back':
        this.#engine.stepClock(-step.ms);
        break;
      case 'crash':
        this.#down = true;
        await this.#engine.crash();
        break;
      case 'restart':
        await this.#engine.restart();
        this.#down = false;
        break;
      case 'freeze':
      case 'thaw':
        break; // it shares this process with its driver
      case 'reset':
        faults.reset();
        break;
      case 'end streams':
        faults.endStreams();
        break;
      case 'cut streams':
        faults.cutStreams();
        break;
      case 'garbage line':
        faults.garbageLine(`no event at all, ${this.#serial++}`);
        break;
      case 'huge line':
        faults.hugeLine(4_500_000);
        break;
      case 'deaf':
        faults.silence({ bounded: false, times: 1 });
        break;
      case 'lift':
        await this.#lift();
        break;
      default:
        this.#lasting.push(await this.#begin(step));
    }
  }

  async #lift(): Promise<void> {
    await Promise.all(this.#lasting.splice(0).map((fault) => fault.clear()));
  }

  async #begin(step: LastingStep): Promise<Fault> {
    const { faults } = this.#engine;
    const streams = { bounded: false };
    switch (step.do) {
      case 'refuse':
        return await faults.refuse();
      case 'black hole':
        return faults.blackHole();
      case 'silence':
        return faults.silence(streams);
      case 'no headers':
        return faults.withholdHeaders();
      case 'endless refusal':
        return faults.respondEndlessly();
      case 'cut requests':
        return faults.cutRequests();
      case 'late headers':
        return faults.delayHeaders(step.ms);
      case 'late subscription':
        return faults.delaySubscription(step.ms, streams);
      case 'status':
        return faults.respond(step.status, '{"message":"no"}');
      case 'empty streams':
        return faults.respond(200, '', streams);
      case 'cut after bytes':
        return faults.cutAfterBytes(step.bytes);
      case 'cut after time':
        return faults.cutAfterTime(step.ms, streams);
      case 'split bytes':
        return faults.splitBytes();
    }
  }

  #container(slot: number): { readonly id: string; name: string } {
    const container = this.#slots.get(slot);
    if (!container) throw new EngineError(404, `No container in slot ${slot}.`);
    return container;
  }

  /** An event that changes nothing, of a container that exists. */
  #publishKill(slot: number, timeNano: bigint): void {
    const { id, name } = this.#container(slot);
    const Attributes = { image: 'watcher-test', name, serial: String(this.#serial++), signal: '15' };
    this.#engine.publish({ Type: 'container', Action: 'kill', Actor: { ID: id, Attributes }, timeNano });
  }

  #publishNoise(): void {
    const serial = this.#serial++;
    const kind = serial % 3;
    if (kind === 0)
      this.#engine.publish({ Type: 'volume', Action: 'create', Actor: { ID: `volume-${serial}` } });
    else {
      const Action = kind === 1 ? 'exec_create: true' : 'exec_start: true';
      const Attributes = { execID: String(serial), image: 'watcher-test', name: 'probed' };
      this.#engine.publish({ Type: 'container', Action, Actor: { ID: 'f'.repeat(64), Attributes } });
    }
  }

  async #breathe(): Promise<void> {
    this.tellPublished();
    await turn();
  }
}

type LastingStep = Exclude<
  PathStep,
  { do: 'reset' | 'end streams' | 'cut streams' | 'garbage line' | 'huge line' | 'deaf' | 'lift' }
>;

/** The engine's wall clock runs fast; timers, and so its faults and its patience, are ours. */
function fastClock(): typeof systemClock {
  const start = systemClock.now();
  const started = systemClock.monotonic();
  return {
    ...systemClock,
    now: () => start + (systemClock.monotonic() - started) * ENGINE_SPEED,
  };
}
