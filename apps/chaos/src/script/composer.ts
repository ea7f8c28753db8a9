import type { Random } from '../random.ts';
import type { Fleet } from './fleet.ts';
import type { EngineKind, Setting } from './script.ts';
import type { Step } from './step.ts';

/**
 * How many events may come while a path swallows them and may go on later. An engine keeps 1,024 for a listener
 * whose connection takes none; what it drops beyond is lost in silence to a watcher whose path is whole again
 * before the next liveness check. Nothing in the protocol shows that, so it is not asked for.
 */
const MOST_HELD = 700;

/**
 * A replay of Podman's goes through a log without an end: what it brings of the last second is told from news as
 * long as that second had no more than this many events.
 */
const MOST_OF_PODMAN = 300;

/** Events of one turn of `churn`: kill, die and start, and those of the network, or Podman's own. */
export const CHURN = 5;

/** Writes a script down, step by step, and keeps it possible. */
export class Composer {
  readonly random: Random;
  readonly fleet: Fleet;
  readonly setting: Setting;
  readonly engine: EngineKind;
  readonly steps: Step[] = [];
  #down = false;
  #stopped = false;
  #swallowing = false;
  #splitting = false;
  #swallowed = 0;

  constructor(random: Random, fleet: Fleet, setting: Setting, engine: EngineKind) {
    this.random = random;
    this.fleet = fleet;
    this.setting = setting;
    this.engine = engine;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  add(...steps: readonly Step[]): void {
    for (const step of steps) this.#add(step);
  }

  /** An operation on a container, any that can be done. */
  operations(count: number): void {
    this.#up();
    for (let done = 0; done < count; done++) this.add(this.fleet.operation());
  }

  churn(times: number): void {
    this.#up();
    const { slot, first } = this.fleet.running();
    this.add(...first, { do: 'churn', slot, times: Math.ceil(this.#bounded(times * CHURN) / CHURN) });
  }

  noise(events: number): void {
    this.add({ do: 'noise', events: this.#bounded(events) });
  }

  /** No more events than this engine's second may have; a second passes after as many as that. */
  #bounded(events: number): number {
    if (!this.setting.dialect.startsWith('podman')) return events;
    this.add({ do: 'pass', ms: 3000 });
    return Math.min(events, MOST_OF_PODMAN);
  }

  twins(): void {
    this.#up();
    const { slot, first } = this.fleet.running();
    this.add(...first, { do: 'twins', slot, events: this.random.whole(2, 4) });
  }

  disorder(): void {
    this.#up();
    const { slot, first } = this.fleet.running();
    this.add(...first, { do: 'disorder', slot, ms: this.random.whole(1, 900) });
  }

  #up(): void {
    if (this.#down) this.add({ do: 'restart' });
  }

  #add(step: Step): void {
    const events = volumeOf(step);
    if (events > 0) {
      this.#up();
      if (this.#splitting && events > 20) this.#add({ do: 'lift' });
      if (this.#swallowing && this.#swallowed + events > MOST_HELD) this.#add({ do: 'lift' });
      this.#swallowed += events;
    }
    switch (step.do) {
      case 'crash':
        this.#down = true;
        break;
      case 'restart':
        if (this.setting.dialect !== 'podman-4.3') this.fleet.restarted();
        this.#down = false;
        break;
      case 'silence':
      case 'black hole':
        if (!this.#swallowing) this.#swallowed = 0;
        this.#swallowing = true;
        break;
      case 'split bytes':
        this.#splitting = true;
        break;
      case 'stop process':
        this.#stopped = true;
        break;
      case 'continue process':
        this.#stopped = false;
        break;
      case 'quiet':
        this.#up();
        this.#calm();
        this.#stopped = false;
        break;
      case 'lift':
        this.#calm();
        break;
    }
    this.steps.push(step);
  }

  #calm(): void {
    this.#swallowing = false;
    this.#splitting = false;
  }
}

/** How many events a step makes, roughly. */
function volumeOf(step: Step): number {
  switch (step.do) {
    case 'churn':
      return step.times * CHURN;
    case 'noise':
    case 'twins':
      return step.events;
    case 'disorder':
      return 1;
    default:
      return 'slot' in step ? 3 : 0;
  }
}
