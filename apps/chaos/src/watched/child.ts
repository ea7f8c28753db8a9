import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './child-main.ts';
import type { Listen, Watched, WatchOrder } from './watched.ts';

/** A process that watches, one order after another, and that can be stopped as by SIGSTOP. */
export class WatchingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  #listen: Listen | undefined;
  #gone: (() => void) | undefined;

  /** @param execArgv what Node itself is told beside what this process was told */
  constructor(execArgv: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL('./child-main.ts', import.meta.url)), [], {
      execArgv: [...process.execArgv, ...execArgv],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: Reply) => {
      if (reply.kind === 'gone') this.#gone?.();
      else this.#listen?.(reply);
    });
    this.#child.once('exit', (code, signal) => {
      this.#listen?.({ kind: 'closed', reason: 'failed', message: `the process ended: ${code ?? signal}` });
      this.#gone?.();
    });
  }

  watch(order: WatchOrder, listen: Listen): Watched {
    this.#listen = listen;
    this.#send({ do: 'watch', order });
    return {
      pauseReading: () => this.#send({ do: 'pause reading' }),
      resumeReading: () => this.#send({ do: 'resume reading' }),
      stop: () => void this.#child.kill('SIGSTOP'),
      continue: () => void this.#child.kill('SIGCONT'),
      close: async () => {
        this.#child.kill('SIGCONT');
        const gone = new Promise<void>((resolve) => {
          this.#gone = resolve;
        });
        this.#send({ do: 'close' });
        await gone;
        this.#listen = undefined;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listen = undefined;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  #send(request: Request): void {
    if (this.#child.connected) this.#child.send(request);
  }
}
