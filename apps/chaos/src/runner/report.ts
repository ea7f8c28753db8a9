import type { Outcome } from '../round/run-round.ts';
import { showFailure } from '../round/run-round.ts';
import { Counter } from '../round/tally.ts';

/** How many rounds go by between two lines that say how far it is. */
const EVERY = 100;

/** Tells a person what came of the rounds. */
export class Report {
  readonly #counter = new Counter();
  readonly #failed: string[] = [];
  readonly #start = performance.now();
  readonly #verbose: boolean;
  readonly #write: (text: string) => void;
  #rounds = 0;

  constructor(verbose: boolean, write: (text: string) => void) {
    this.#verbose = verbose;
    this.#write = write;
  }

  get failed(): boolean {
    return this.#failed.length > 0;
  }

  add(outcome: Outcome): void {
    const { violations, script, tally } = outcome;
    this.#rounds++;
    this.#counter.add(tally);
    if (violations.length > 0) this.#failed.push(`seed ${script.seed}, round ${script.round}`);
    if (violations.length > 0 || this.#verbose) this.#write(`${showFailure(outcome)}\n\n`);
    if (this.#rounds % EVERY === 0) {
      this.#write(`${this.#rounds} rounds in ${this.#seconds} s, ${this.#failed.length} failed\n`);
    }
  }

  /** The end: how much was done, and what failed. */
  summary(): string {
    const { tally } = this.#counter;
    const of = (name: string) => tally[name] ?? 0;
    const list = (prefix: string) =>
      Object.entries(tally)
        .filter(([name]) => name.startsWith(prefix))
        .sort(([, a], [, b]) => b - a)
        .map(([name, times]) => `${name.slice(prefix.length)} ${times}`)
        .join(', ');
    return [
      `${this.#rounds} rounds in ${this.#seconds} s`,
      `published ${of('published')} events, delivered ${of('delivered')}`,
      `steps:   ${list('step ')}`,
      `reloads: ${list('reload ') || 'none'}`,
      `errors:  ${list('error ') || 'none'}`,
      this.failed ? `FAILED:  ${this.#failed.join('; ')}` : 'not one violation',
      '',
    ].join('\n');
  }

  get #seconds(): string {
    return ((performance.now() - this.#start) / 1000).toFixed(1);
  }
}
