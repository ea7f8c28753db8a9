import { EventEmitter, on } from 'node:events';
import { Readable } from 'node:stream';
import type { WatcherEvent } from '@watcher/core';
import { EventChannel, forceReload } from '@watcher/events';
import { EventQueue } from '@watcher/queue';
import fastq from 'fastq';
import PQueue from 'p-queue';
import { bufferTime, concatMap, NEVER, Subject } from 'rxjs';
import type { Measure } from '../../isolate.ts';
import { events, freshEvent, pushAll } from './events.ts';

const EVENTS = 2_000_000;
const LOOKS = 20;
const BATCH = 1024;

/** What takes an event when its consumer never finishes; made anew for the run. */
export const holders: Record<string, () => (event: WatcherEvent) => unknown> = {
  '@watcher/queue: push': () => {
    const queue = stuckQueue();
    return (event) => queue.push(event);
  },
  '@watcher/events stream to @watcher/queue': () => {
    const queue = stuckQueue();
    const channel = eventChannel();
    queue.start(channel);
    return (event) => channel.push(event);
  },
  '@watcher/events stream, not read': () => {
    const channel = eventChannel();
    return (event) => channel.push(event);
  },
  '@watcher/queue: push, fresh events': () => {
    const queue = stuckQueue();
    let i = 0;
    return () => queue.push(freshEvent(i++));
  },
  array: () => {
    const array: WatcherEvent[] = [];
    return (event) => array.push(event);
  },
  'rxjs: bufferTime, concatMap': () => {
    const subject = new Subject<WatcherEvent>();
    subject
      .pipe(
        bufferTime(1000, null, BATCH),
        concatMap(() => NEVER),
      )
      .subscribe();
    return (event) => subject.next(event);
  },
  'node:events on, not read': () => {
    const emitter = new EventEmitter();
    const iterator = on(emitter, 'event');
    return (event) => emitter.emit('event', event) && iterator;
  },
  'node:stream Readable, not read': () => {
    const readable = new Readable({ objectMode: true, highWaterMark: BATCH, read() {} });
    return (event) => readable.push(event);
  },
  'Web ReadableStream, not read': () => {
    const streams: ReadableStream[] = [];
    let controller: ReadableStreamDefaultController<WatcherEvent> | undefined;
    const start = (given: ReadableStreamDefaultController<WatcherEvent>) => {
      controller = given;
    };
    streams.push(new ReadableStream<WatcherEvent>({ start }, { highWaterMark: BATCH }));
    return (event) => controller?.enqueue(event);
  },
  fastq: () => {
    const queue = fastq<unknown, WatcherEvent>(() => {}, 1);
    return (event) => queue.push(event);
  },
  'p-queue': () => {
    const queue = new PQueue({ concurrency: 1 });
    return (event) => void queue.add(() => new Promise((resolve) => event.time < 0 && resolve(undefined)));
  },
};

/** Bytes by which the heap has grown over the run: at most, and at its end. */
export const measure: Measure = async (name, scale) => {
  const holder = holders[name];
  if (!holder) throw new Error(`There is no holder "${name}".`);
  const turns = (EVENTS * scale) / events.length;
  const hold = holder();
  // What is made once and for all, code included, is no growth.
  await pushAll(events.length, hold);
  const before = heap();
  let peak = 0;
  await pushAll(EVENTS * scale, hold, (turn) => {
    if ((turn + 1) % Math.ceil(turns / LOOKS) === 0) peak = Math.max(peak, heap() - before);
  });
  const end = heap() - before;
  hold(freshEvent(0)); // alive until here
  return { peak: Math.max(peak, end), end };
};

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function stuckQueue(): EventQueue {
  return new EventQueue({
    flushInterval: 1000,
    maxBatch: BATCH,
    onFlush: () => new Promise(() => {}),
    onError: () => {},
    collapse: () => forceReload('docker', 'bench', 'overflow', 0),
  });
}

function eventChannel(): EventChannel<WatcherEvent> {
  return new EventChannel<WatcherEvent>({
    source: 'bench',
    reload: (reason) => forceReload('docker', 'bench', reason, 0),
  });
}
