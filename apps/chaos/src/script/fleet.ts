import type { Random } from '../random.ts';
import type { ContainerOperation } from './step.ts';

type State = 'absent' | 'created' | 'running' | 'paused' | 'exited';

const SLOTS = 6;

/** What may be done to a container in each state, and the state that follows. */
const life: Record<State, readonly (readonly [ContainerOperation, State])[]> = {
  absent: [['create', 'created']],
  created: [
    ['start', 'running'],
    ['start', 'running'],
    ['rename', 'created'],
    ['remove', 'absent'],
  ],
  running: [
    ['stop', 'exited'],
    ['kill', 'exited'],
    ['exit', 'exited'],
    ['pause', 'paused'],
    ['rename', 'running'],
    ['remove', 'absent'],
  ],
  paused: [
    ['unpause', 'running'],
    ['kill', 'exited'],
    ['rename', 'paused'],
    ['remove', 'absent'],
  ],
  exited: [
    ['start', 'running'],
    ['start', 'running'],
    ['rename', 'exited'],
    ['remove', 'absent'],
  ],
};

/** The containers as a script knows them while it is written, so that its operations are ones that can be done. */
export class Fleet {
  readonly #states: State[] = new Array(SLOTS).fill('absent');
  readonly #random: Random;
  readonly #impossible: ReadonlySet<ContainerOperation>;

  constructor(random: Random, impossible: readonly ContainerOperation[]) {
    this.#random = random;
    this.#impossible = new Set(impossible);
  }

  /** An operation that can be done now; it counts as done. */
  operation(): { readonly do: ContainerOperation; readonly slot: number } {
    const slot = this.#random.whole(0, SLOTS - 1);
    const possible = life[this.#states[slot] as State].filter(([what]) => !this.#impossible.has(what));
    const [what, next] = this.#random.pick(possible);
    this.#states[slot] = next;
    return { do: what, slot };
  }

  /** A slot with a running container, and the operations that it takes to have one. */
  running(): { readonly slot: number; readonly first: { do: ContainerOperation; slot: number }[] } {
    const slot = this.#random.whole(0, SLOTS - 1);
    const ways: Record<State, ContainerOperation[]> = {
      absent: ['create', 'start'],
      created: ['start'],
      running: [],
      paused: ['unpause'],
      exited: ['start'],
    };
    const first = ways[this.#states[slot] as State].map((what) => ({ do: what, slot }));
    this.#states[slot] = 'running';
    return { slot, first };
  }

  /** What a daemon that comes back does to what it finds. */
  restarted(): void {
    for (const [slot, state] of this.#states.entries()) {
      if (state === 'running' || state === 'paused') this.#states[slot] = 'exited';
    }
  }
}
