import type { DockerEvent } from '@watcher/events';
import type { ContainerSummary } from '@watcher/testing/engine';
import type { State, View } from './view.ts';

export interface PictureOptions {
  readonly view: View;
  /** Asks the engine for all its containers; may take its time, and may fail while the engine is down. */
  readonly list: () => Promise<readonly ContainerSummary[]>;
  /** Waits before a list that failed is asked for again. */
  readonly retry: () => Promise<void>;
}

/**
 * The first oracle: what a consumer knows that lists when it is told to and otherwise goes by events alone.
 *
 * Events that come while a list is under way are applied to it: those that it shows already change nothing, since
 * each says what a container is then, and not by how much it has changed.
 */
export class Picture {
  readonly #options: PictureOptions;
  #state: State | undefined;
  /** Counts the lists that were asked for: the answer of an older one is of no use. */
  #asked = 0;
  #answered = 0;
  #meanwhile: DockerEvent[] = [];

  constructor(options: PictureOptions) {
    this.#options = options;
  }

  /** Whether no list is under way. */
  get complete(): boolean {
    return this.#state !== undefined && this.#asked === this.#answered;
  }

  apply(event: DockerEvent): void {
    if (this.#asked !== this.#answered) this.#meanwhile.push(event);
    else if (this.#state) this.#options.view.apply(this.#state, event);
  }

  /** Takes stock again. */
  async relist(): Promise<void> {
    const { view, list, retry } = this.#options;
    const question = ++this.#asked;
    this.#meanwhile = [];
    while (question === this.#asked) {
      const answer = await list().catch(() => undefined);
      if (question !== this.#asked) return;
      if (answer) {
        const state = view.fromList(answer);
        for (const event of this.#meanwhile) view.apply(state, event);
        this.#state = state;
        this.#answered = question;
        return;
      }
      await retry();
    }
  }

  /** Nobody looks at it any more: a list that is under way ends. */
  close(): void {
    this.#asked++;
  }

  /** How it differs from what the engine has, in words; nothing when it does not. */
  difference(list: readonly ContainerSummary[]): string[] {
    const truth = this.#options.view.fromList(list);
    const known = this.#state ?? new Map<string, string>();
    const ids = new Set([...truth.keys(), ...known.keys()]);
    return [...ids]
      .filter((id) => truth.get(id) !== known.get(id))
      .map(
        (id) =>
          `${id.slice(0, 12)}: the engine has "${truth.get(id) ?? 'none'}", the picture "${known.get(id) ?? 'none'}"`,
      );
  }
}
