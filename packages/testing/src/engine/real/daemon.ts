import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { waitUntil } from './wait-until.ts';

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of this process's own leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets what the daemon says. */
  readonly logPath: string;
}

/** A daemon as a child process, whose log is at hand when something goes wrong. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #process: ChildProcess;
  #startError: Error | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
    const log = openSync(options.logPath, 'a');
    this.#process = spawn(options.command, options.args, { stdio: ['ignore', log, log], env: options.env });
    closeSync(log);
    this.#process.once('error', (error) => {
      this.#startError = error;
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    const { exitCode, signalCode } = this.#process;
    return this.#startError === undefined && exitCode === null && signalCode === null;
  }

  /**
   * Waits for `condition`. When the daemon ends before, or `milliseconds` pass, it is ended.
   *
   * @throws {Error} with the daemon's own words
   */
  async ready(condition: () => Promise<boolean>, milliseconds: number): Promise<void> {
    const settled = async () => !this.running || (await condition());
    try {
      await waitUntil(settled, milliseconds, () => this.#say(`was not ready within ${milliseconds} ms`));
    } catch (error) {
      await this.end('SIGKILL');
      throw error;
    }
    if (!this.running)
      throw new Error(this.#say(`ended at once${this.#startError ? `: ${this.#startError}` : ''}`));
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#process.kill(signal);
  }

  /** Sends a signal and waits for the end; one that lingers for ten seconds is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const gone = () => !this.running;
    this.signal(signal);
    try {
      await waitUntil(gone, 10_000, () => '');
    } catch {
      this.signal('SIGKILL');
      await waitUntil(gone, 10_000, () => this.#say('survived SIGKILL'));
    }
  }

  #say(what: string): string {
    const { command, args, logPath } = this.#options;
    const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-30);
    return `${basename(command)} ${what}. Started as: ${command} ${args.join(' ')}\nIt said:\n${lines.join('\n')}`;
  }
}
