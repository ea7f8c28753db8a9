import { DockerEngine } from '@watcher/testing/engine';
import { FakeGround } from '../ground/fake/fake-ground.ts';
import type { Ground, HearPublished } from '../ground/ground.ts';
import { RealGround } from '../ground/real/real-ground.ts';
import { runRound } from '../round/run-round.ts';
import type { Surroundings } from '../round/surroundings.ts';
import type { Script, Setting } from '../script/script.ts';
import type { Step } from '../script/step.ts';
import { WatchingProcess } from '../watched/child.ts';
import { consume } from '../watched/consumer.ts';
import type { Listen, Watched, WatchOrder } from '../watched/watched.ts';

/** What rounds run one after another share: a watching process, and a real daemon, each once one needs it. */
export class SharedSurroundings implements Surroundings, AsyncDisposable {
  readonly #execArgv: readonly string[];
  /** Where a watcher has lived before: the first one takes its time to load what it needs. */
  readonly #warm = new Set<Setting['home']>();
  #process: WatchingProcess | undefined;
  #daemon: DockerEngine | undefined;

  /** @param execArgv further arguments for the Node of a watching process */
  constructor(execArgv: readonly string[] = []) {
    this.#execArgv = execArgv;
  }

  async openGround({ engine, setting }: Script, hear: HearPublished): Promise<Ground> {
    if (!this.#warm.has(setting.home)) await this.#warmUp(setting);
    if (engine === 'fake') return await FakeGround.open(setting, hear);
    this.#daemon ??= await DockerEngine.start();
    return await RealGround.open(this.#daemon, setting, hear);
  }

  watch({ setting: { home } }: Script, order: WatchOrder, listen: Listen): Watched {
    if (home === 'process') return consume(order, listen);
    this.#process ??= new WatchingProcess(this.#execArgv);
    return this.#process.watch(order, listen);
  }

  /** Runs a round in which nothing goes wrong, and takes no notice of what comes of it. */
  async #warmUp(setting: Setting): Promise<void> {
    this.#warm.add(setting.home);
    const steps: Step[] = [{ do: 'watch' }, { do: 'await ready' }, { do: 'quiet' }];
    const script: Script = { seed: 0, round: 0, engine: 'fake', setting, steps };
    await runRound(script, this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    await this.#daemon?.[Symbol.asyncDispose]();
  }
}
