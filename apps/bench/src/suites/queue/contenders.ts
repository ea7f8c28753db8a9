import diagnostics from 'node:diagnostics_channel';
import { EventEmitter, on } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Batcher } from '@tanstack/pacer';
import type { WatcherEvent } from '@watcher/core';
import { EventChannel, forceReload } from '@watcher/events';
import { EventQueue, type EventQueueOptions } from '@watcher/queue';
import fastq from 'fastq';
import PQueue from 'p-queue';
import { bufferTime, Subject } from 'rxjs';

/** Takes a run of events from its beginning to its end and resolves when the last one has arrived. */
export type Contender = (run: Run) => Promise<void>;

/** One measured run. */
export interface Run {
  /** Resolves when all have been pushed; `each` is called between turns of the event loop. */
  produce(push: (event: WatcherEvent) => void, each?: () => void): Promise<void>;
  /** To be told how many have arrived. */
  consume(count: number): void;
}

const BATCH = 1024;
const INTERVAL = 1000;

/** From `push` to the batch: an array of at most 1,024, or fewer after a second. */
export const batchers: Record<string, Contender> = {
  'array, swapped at 1,024, one timer': async ({ produce, consume }) => {
    let buffer: WatcherEvent[] = [];
    const flush = () => {
      const batch = buffer;
      buffer = [];
      if (batch.length > 0) consume(batch.length);
    };
    const timer = setInterval(flush, INTERVAL);
    await produce((event) => {
      if (buffer.push(event) >= BATCH) flush();
    });
    flush();
    clearInterval(timer);
  },

  '@watcher/queue: push': async ({ produce, consume }) => {
    const queue = eventQueue(consume);
    await produce((event) => queue.push(event));
    await queue.close({ drain: true });
  },

  '@watcher/events stream to @watcher/queue': async ({ produce, consume }) => {
    const queue = eventQueue(consume);
    const channel = eventChannel();
    queue.start(channel);
    await produce((event) => channel.push(event));
    await queue.close({ drain: true });
  },

  'rxjs: bufferTime': async ({ produce, consume }) => {
    const subject = new Subject<WatcherEvent>();
    const done = new Promise<void>((resolve) => {
      subject.pipe(bufferTime(INTERVAL, null, BATCH)).subscribe({
        next: (batch) => batch.length > 0 && consume(batch.length),
        complete: resolve,
      });
    });
    await produce((event) => subject.next(event));
    subject.complete();
    await done;
  },

  'TanStack Pacer: Batcher': async ({ produce, consume }) => {
    const batcher = new Batcher<WatcherEvent>((batch) => consume(batch.length), {
      maxSize: BATCH,
      wait: INTERVAL,
    });
    await produce((event) => batcher.addItem(event));
    batcher.flush();
  },
};

/** The queue once more, with more asked of it. */
export const demanding: Record<string, Contender> = {
  '@watcher/queue: push, observed': async ({ produce, consume }) => {
    let seen = 0;
    const listen = () => seen++;
    const channels = ['flush', 'overflow', 'state'].map((noun) => `watcher:queue:${noun}`);
    for (const channel of channels) diagnostics.subscribe(channel, listen);
    const queue = eventQueue(consume);
    await produce(
      (event) => queue.push(event),
      () => {
        seen += queue.stats.received;
      },
    );
    await queue.close({ drain: true });
    for (const channel of channels) diagnostics.unsubscribe(channel, listen);
    if (seen === 0) throw new Error('Nothing was published.');
  },

  '@watcher/queue: push, quietPeriod': async ({ produce, consume }) => {
    const queue = eventQueue(consume, { quietPeriod: 100 });
    await produce((event) => queue.push(event));
    await queue.close({ drain: true });
  },

  // Flushed after each turn, so that no event is merged away and every one arrives; what is paid is the looking up.
  '@watcher/queue: push, coalesce': async ({ produce, consume }) => {
    const coalesce = {
      key: ({ actorName }: WatcherEvent) => actorName,
      merge: (_: WatcherEvent, next: WatcherEvent) => next,
    };
    const queue = eventQueue(consume, { coalesce });
    await produce(
      (event) => queue.push(event),
      () => void queue.flush(),
    );
    await queue.close({ drain: true });
  },
};

/** From `push` to a function called with each event, one at a time: what a task queue is for. */
export const taskQueues: Record<string, Contender> = {
  fastq: async ({ produce, consume }) => {
    const queue = fastq<unknown, WatcherEvent>((_event, done) => {
      consume(1);
      done(null);
    }, 1);
    await produce((event) => queue.push(event));
    while (!queue.idle()) await nextTurn();
  },

  'p-queue': async ({ produce, consume }) => {
    const queue = new PQueue({ concurrency: 1 });
    await produce((event) => void queue.add(() => void (event && consume(1))));
    await queue.onIdle();
  },
};

/** From `push` to the body of `for await`. */
export const iterables: Record<string, Contender> = {
  '@watcher/events stream, iterated': async ({ produce, consume }) => {
    const channel = eventChannel();
    const reading = iterate(channel, consume);
    await produce((event) => channel.push(event));
    await channel.close({ reason: 'ended' });
    await reading;
  },

  'node:events on': async ({ produce, consume }) => {
    const emitter = new EventEmitter();
    const reading = iterate(on(emitter, 'event', { close: ['end'] }), consume);
    await produce((event) => emitter.emit('event', event));
    emitter.emit('end');
    await reading;
  },

  'node:stream Readable': async ({ produce, consume }) => {
    const readable = new Readable({ objectMode: true, highWaterMark: BATCH, read() {} });
    const reading = iterate(readable, consume);
    await produce((event) => readable.push(event));
    readable.push(null);
    await reading;
  },

  'Web ReadableStream': async ({ produce, consume }) => {
    let controller: ReadableStreamDefaultController<WatcherEvent> | undefined;
    const start = (given: ReadableStreamDefaultController<WatcherEvent>) => {
      controller = given;
    };
    const stream = new ReadableStream<WatcherEvent>({ start }, { highWaterMark: BATCH });
    const reading = iterate(stream, consume);
    await produce((event) => controller?.enqueue(event));
    controller?.close();
    await reading;
  },
};

async function iterate(from: AsyncIterable<unknown>, consume: (count: number) => void): Promise<void> {
  for await (const _ of from) consume(1);
}

function eventQueue(consume: (count: number) => void, options: Partial<EventQueueOptions> = {}): EventQueue {
  return new EventQueue({
    flushInterval: INTERVAL,
    maxBatch: BATCH,
    onFlush: (batch) => consume(batch.length),
    onError: (error) => {
      throw error;
    },
    ...options,
  });
}

function eventChannel(): EventChannel<WatcherEvent> {
  return new EventChannel<WatcherEvent>({
    source: 'bench',
    reload: (reason) => forceReload('docker', 'bench', reason, 0),
  });
}
