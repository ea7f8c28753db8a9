import { formatEvent, isForceReload } from '@watcher/events';
import type { Ground } from '../ground/ground.ts';
import { Deliveries, LIST_LAG } from '../oracle/deliveries.ts';
import { Picture } from '../oracle/picture.ts';
import { keyOfEvent, type Published } from '../oracle/published.ts';
import { Reloads } from '../oracle/reloads.ts';
import { Store } from '../oracle/store.ts';
import { views } from '../oracle/view.ts';
import type { Script } from '../script/script.ts';
import { showStep } from '../script/show.ts';
import type { Step } from '../script/step.ts';
import { ENGINE_SPEED, informerTiming, livenessInterval, retryInterval, timeout } from '../timing.ts';
import { watchLateness } from '../watched/lateness.ts';
import type { Watched, Word } from '../watched/watched.ts';
import { causes } from './causes.ts';
import { Journal } from './journal.ts';
import type { Surroundings } from './surroundings.ts';
import { Counter, type Tally } from './tally.ts';
import { sleep, turn, waitFor } from './waiting.ts';

/** What a loaded machine may take on top of any time that is asked for, in milliseconds. */
const SLACK = { fake: 150, real: 5000 } as const;

/** Open streams of the watcher and of the informer: one each, and for a moment the one that takes over from it. */
const MOST_STREAMS = 4;

/** In nanoseconds. */
const SECOND = 1_000_000_000n;

/** One round under way: performs the steps, hears what the consumer is told, and has the oracles judge it. */
export class Round {
  readonly violations: string[] = [];
  readonly #script: Script;
  readonly #surroundings: Surroundings;
  readonly #journal = new Journal();
  readonly #counter = new Counter();
  readonly #deliveries: Deliveries;
  readonly #reloads: Reloads;
  readonly #picture: Picture;
  #ground!: Ground;
  #watched: Watched | undefined;
  #store: Store | undefined;
  #ready = false;
  #closing = false;
  /** Since when the watching process has been stopped, by `performance.now`. */
  #stoppedAt: number | undefined;
  /** How many words the consumer has been told. */
  #words = 0;
  #publishedCount = 0;
  /** How many streams were made deaf since all was well. */
  #deaf = 0;
  /** By how much the engine's clock was set forward, and when. */
  readonly #passes: { readonly at: number; readonly ms: number }[] = [];
  /** Whether the watcher may have been stopped, or the clock set back, between a position and its gap. */
  #receivesLate = false;

  constructor(script: Script, surroundings: Surroundings) {
    this.#script = script;
    this.#surroundings = surroundings;
    const { mode, capacity, listDelay, reading, view } = script.setting;
    const violate = (what: string) => this.#violate(what);
    this.#deliveries = new Deliveries(script.engine === 'fake' ? 'log' : 'observed', violate);
    const aftermath = timeout[script.engine] + SLACK[script.engine];
    this.#reloads = new Reloads({
      mode,
      mayOverflow: capacity < 1024,
      aftermath,
      inOrder: reading === 'sink',
      violate,
    });
    const [before, after] = listDelay;
    this.#picture = new Picture({
      view: views[view],
      list: async () => {
        if (before) await sleep(before);
        const list = await this.#ground.list();
        if (after) await sleep(after);
        return list;
      },
      retry: () => sleep(2),
    });
  }

  get journal(): readonly string[] {
    return this.#journal.lines;
  }

  get tally(): Tally {
    return this.#counter.tally;
  }

  async run(): Promise<void> {
    this.#ground = await this.#surroundings.openGround(this.#script, (event) => this.#published(event));
    const unwatch = watchLateness((ms) => this.#hear({ kind: 'late', ms }));
    try {
      for (const step of this.#script.steps) {
        if (this.violations.length > 0) break;
        await this.#perform(step);
      }
      await this.#leave();
    } finally {
      unwatch();
      this.#picture.close();
      await this.#store?.close();
      await this.#ground[Symbol.asyncDispose]();
    }
  }

  // What is done.

  async #perform(step: Step): Promise<void> {
    this.#journal.note(showStep(step));
    this.#counter.count(`step ${step.do}`);
    const limit = this.#notice;
    const words = this.#words;
    switch (step.do) {
      case 'watch':
        this.#watch();
        break;
      case 'stop process':
        this.#stoppedAt ??= performance.now();
        this.#receivesLate = true;
        this.#watched?.stop();
        break;
      case 'continue process':
        this.#continue();
        break;
      case 'pause reading':
        this.#reloads.readingPaused();
        this.#watched?.pauseReading();
        break;
      case 'resume reading':
        this.#watched?.resumeReading();
        break;
      case 'await ready':
        await waitFor(() => this.#ready, limit);
        break;
      case 'await word':
        await waitFor(() => this.#words > words, limit);
        break;
      case 'await requests': {
        const enough = this.#ground.requests + step.count;
        const end = performance.now() + limit;
        while (this.#ground.requests < enough && performance.now() < end) await turn();
        break;
      }
      case 'await turns':
        for (let left = step.count; left > 0; left--) await turn();
        break;
      case 'await ms':
        await sleep(step.ms);
        break;
      case 'quiet':
        await this.#settle();
        break;
      default:
        causes(step, this.#script.setting, this.#ground.streams, this.#reloads);
        if (step.do === 'set back') {
          this.#deliveries.clockSetBack();
          this.#receivesLate = true;
        }
        if (step.do === 'pass') this.#passes.push({ at: performance.now(), ms: step.ms });
        if (step.do === 'deaf') this.#deaf++;
        await this.#ground.perform(step);
    }
  }

  #watch(): void {
    const { setting, engine } = this.#script;
    const { mode, view, reading, capacity, lease } = setting;
    this.#deliveries.watched(this.#publishedCount, this.#ground.now);
    this.#watched = this.#surroundings.watch(
      this.#script,
      {
        host: this.#ground.host,
        ...{ mode, view, reading, capacity },
        timeout: timeout[engine],
        retryInterval: retryInterval[engine],
        livenessInterval: livenessInterval[engine],
        leaseInterval: lease,
      },
      (word) => this.#hear(word),
    );
    this.#store = new Store({
      ...{ host: this.#ground.host, engine, mode },
      timeout: timeout[engine],
      retryInterval: retryInterval[engine],
      livenessInterval: livenessInterval[engine],
      leaseInterval: lease,
      onError: (code) => this.#counter.count(`informer error ${code}`),
    });
  }

  #continue(): void {
    // It will say so itself, but maybe only after it has read what had piled up.
    if (this.#stoppedAt !== undefined) this.#reloads.standstill(performance.now() - this.#stoppedAt);
    this.#stoppedAt = undefined;
    this.#watched?.continue();
  }

  /** Everything is in order again: what the consumer knows has to be, in time. */
  async #settle(): Promise<void> {
    await this.#ground.calm();
    this.#reloads.calmed();
    this.#continue();
    this.#watched?.resumeReading();
    if (!(await this.#agrees('all is quiet'))) return;
    await this.#ground.mark();
    if (!(await this.#agrees('one more event'))) return;
    if (!(await this.#storeAgrees())) return;
    if (!(await waitFor(() => this.#ground.streams <= MOST_STREAMS, SLACK[this.#script.engine]))) {
      this.#violate(`${this.#ground.streams} streams are open`);
    }
    this.#reloads.settled();
    this.#deaf = 0;
    this.#journal.note('settled');
  }

  /** Waits until the consumer knows everything. */
  async #agrees(when: string): Promise<boolean> {
    const { engine } = this.#script;
    // What is wrong is noticed in time, and mended within a few requests; a deaf stream may follow another.
    const mended = retryInterval[engine] + 2 * timeout[engine];
    const limit = (this.#notice + mended) * (1 + this.#deaf) + SLACK[engine];
    let difference: string[] = [];
    const agrees = async () => {
      if (this.violations.length > 0) return true;
      this.#ground.tellPublished();
      const { missing, late } = this.#deliveries;
      if (!this.#ready || !this.#picture.complete || missing.length > 0 || late !== undefined) return false;
      difference = this.#picture.difference(await this.#ground.list());
      return difference.length === 0;
    };
    if (await waitFor(agrees, limit)) return this.violations.length === 0;
    const { missing, late } = this.#deliveries;
    const then = `${Math.round(limit)} ms after ${when}`;
    if (!this.#ready) this.#violate(`not ready ${then}`);
    else if (missing.length > 0) {
      this.#violate(`${missing.length} events not delivered ${then}, the first: ${missing[0]?.key}`);
    } else if (late !== undefined) this.#violate(`came late: ${late}`);
    else if (!this.#picture.complete) this.#violate(`a list is still under way ${then}`);
    else this.#violate(`the picture is wrong ${then}: ${difference.join('; ')}`);
    return false;
  }

  /** Waits until the store of the informer equals the engine's list. */
  async #storeAgrees(): Promise<boolean> {
    const store = this.#store;
    if (!store) return true;
    const { engine, setting } = this.#script;
    const { reconcile, flushInterval, backoff } = informerTiming[engine];
    const mended =
      retryInterval[engine] + backoff.maxDelay + 2 * timeout[engine] + flushInterval + setting.listLag;
    const limit = (this.#notice + mended) * (1 + this.#deaf) + reconcile + SLACK[engine];
    let difference: string[] = [];
    const agrees = async () => {
      difference = store.difference(await this.#ground.list());
      return difference.length === 0;
    };
    if (await waitFor(agrees, limit)) return true;
    this.#violate(`the store is wrong ${Math.round(limit)} ms after all was quiet: ${difference.join('; ')}`);
    return false;
  }

  /** Closes the stream: after that nothing of it may be left. */
  async #leave(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#watched?.close(), this.#store?.close()]);
    const limit = SLACK[this.#script.engine];
    if (!(await waitFor(() => this.#ground.connections === 0, limit))) {
      this.#violate(
        `${this.#ground.connections} connections are left ${limit} ms after the stream was closed`,
      );
    }
  }

  /** Within how many milliseconds a watcher notices whatever is wrong. */
  get #notice(): number {
    const { engine } = this.#script;
    return livenessInterval[engine] + timeout[engine];
  }

  /** From when on, by the engine's clock, events may come again behind a gap. Undefined where it is received late. */
  get #repeatedFrom(): bigint | undefined {
    const { engine, setting } = this.#script;
    if (this.#receivesLate || engine === 'real' || setting.reading !== 'sink') return undefined;
    const proof = 2 * timeout[engine] + SLACK[engine];
    const passed = this.#passes.filter(({ at }) => at > performance.now() - proof);
    const ago = passed.reduce((sum, { ms }) => sum + ms, proof * ENGINE_SPEED);
    return this.#ground.now - SECOND - LIST_LAG - BigInt(ago) * 1_000_000n;
  }

  // What is heard.

  #published(event: Published): void {
    this.#publishedCount++;
    this.#counter.count('published');
    this.#deliveries.published(event);
    this.#reloads.published();
  }

  #hear(word: Word): void {
    this.#ground.tellPublished();
    switch (word.kind) {
      case 'late':
        this.#journal.note(`(late by ${Math.round(word.ms)} ms)`);
        this.#counter.count('late');
        this.#reloads.standstill(word.ms);
        this.#receivesLate = true;
        return;
      case 'ready':
        this.#journal.note('told ready');
        this.#ready = true;
        this.#deliveries.startsAnew(this.#publishedCount, this.#ground.now);
        this.#reloads.newPlace();
        void this.#picture.relist();
        break;
      case 'error':
        this.#journal.note(`told error ${word.code}: ${word.message}`);
        this.#counter.count(`error ${word.code}`);
        this.#reloads.error(word.code);
        break;
      case 'closed':
        this.#journal.note(`told closed: ${word.reason} ${word.message}`);
        if (!this.#closing) this.#violate(`the stream closed as ${word.reason}: ${word.message}`);
        break;
      case 'event':
        this.#hearEvent(word.event);
    }
    this.#words++;
  }

  #hearEvent(event: Extract<Word, { kind: 'event' }>['event']): void {
    if (!isForceReload(event)) {
      this.#counter.count('delivered');
      const index = this.#deliveries.delivered(keyOfEvent(event));
      this.#journal.note(`told ${formatEvent(event)} (event ${index ?? '?'})`);
      if (index !== undefined) this.#reloads.arrived(index);
      this.#picture.apply(event);
      return;
    }
    const { reason } = event;
    this.#journal.note(`told reload: ${reason}`);
    this.#counter.count(`reload ${reason}`);
    this.#reloads.reload(reason);
    if (reason === 'gap' || reason === 'overflow')
      this.#deliveries.startsAnew(this.#publishedCount, this.#ground.now);
    if (reason === 'gap') this.#deliveries.repeats(this.#publishedCount, this.#repeatedFrom);
    if (reason !== 'disconnected') void this.#picture.relist();
  }

  #violate(what: string): void {
    if (this.violations.length > 0) return; // the rest follows from the first
    this.#journal.note(`VIOLATION: ${what}`);
    this.violations.push(what);
  }
}
