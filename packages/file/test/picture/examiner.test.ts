import { ManualClock } from '@watcher/testing/clock';
import { expect, test } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { settingsOf } from '../../src/options.ts';
import { Examiner } from '../../src/picture/examiner.ts';
import { Picture } from '../../src/picture/picture.ts';
import { Doubts } from '../../src/picture/settle.ts';
import type { Survey } from '../../src/picture/survey.ts';
import type { FileState, Look } from '../../src/system/snapshot.ts';
import { state } from '../support/states.ts';

/** What is in a directory, each name looked at in turn, and what happens as one of them is. */
class Scene {
  readonly clock = new ManualClock();
  readonly picture = new Picture();
  readonly files = new Map<string, FileState>();
  readonly #settings = settingsOf({ clock: this.clock });
  readonly doubts = new Doubts(this.#settings.settle);
  #onLook: (name: string) => void = () => {};
  readonly #examiner: Examiner;

  constructor() {
    const survey: Pick<Survey, 'lookAt'> = {
      lookAt: async (names, _, each) => {
        for (const name of names) {
          this.#onLook(name);
          each(name, lookOf(this.files.get(name)));
        }
      },
    };
    this.#examiner = new Examiner('/nowhere', {
      settings: this.#settings,
      fileSystem: new FileSystem(),
      picture: this.picture,
      doubts: this.doubts,
      survey: survey as Survey,
      isShown: () => true,
      isWanted: () => true,
    });
  }

  hint(...names: string[]): void {
    for (const name of names) this.doubts.hint(name, this.clock.monotonic());
  }

  /** Settles what is due, and gives what is told. */
  async examine(onLook: (name: string) => void = () => {}): Promise<string[]> {
    this.#onLook = onLook;
    const due = this.doubts.due(this.clock.monotonic());
    const changes = await this.#examiner.examine(due, new AbortController().signal);
    return changes.map(({ kind, name }) => `${kind} ${name}`);
  }
}

function lookOf(found: FileState | undefined): Look {
  return found ? { kind: 'file', via: undefined, state: found } : { kind: 'absent', via: undefined };
}

test('a file that is saved again while others are looked at is told when that has settled, and not before', async () => {
  const scene = new Scene();
  scene.hint('a', 'b');
  scene.files.set('a', state(1, 'one')).set('b', state(2, 'one'));
  await scene.clock.advance(50);
  expect(await scene.examine((name) => name === 'b' && scene.hint('a'))).toEqual(['created b']);
  expect([scene.doubts.next(), scene.doubts.get('a')?.settled]).toEqual([100, false]);
  await scene.clock.advance(50);
  expect(await scene.examine()).toEqual(['created a']);
});

test('a file that is saved without a pause is told at the bound though it is hinted while it is looked at', async () => {
  const scene = new Scene();
  scene.files.set('a', state(1, 'one')).set('b', state(2, 'one'));
  scene.hint('a', 'b');
  await scene.clock.advance(2000);
  expect(await scene.examine((name) => name === 'b' && scene.hint('a'))).toEqual(['created a', 'created b']);
  expect(scene.doubts.next(), 'and looked at again').toBe(2050);
});

test.each(['a', 'b'])(
  'a rename from a to b is told as one though %s is hinted while others are looked at',
  async (hinted) => {
    const scene = new Scene();
    scene.picture.set('a', state(1, 'one'));
    scene.files.set('b', state(1, 'one', { ctimeNs: 6n })).set('c', state(3, 'one'));
    scene.hint('a');
    await scene.clock.advance(50);
    expect(await scene.examine(), 'it is given time to come back').toEqual([]);
    await scene.clock.advance(50);
    scene.hint('b', 'c');
    await scene.clock.advance(50);
    expect(await scene.examine((name) => name === 'c' && scene.hint(hinted))).toEqual(['created c']);
    expect(scene.doubts.due(scene.clock.monotonic()), 'nothing is looked at over and over').toEqual([]);
    await scene.clock.advance(50);
    expect(await scene.examine()).toEqual(['renamed a', 'created b']);
  },
);
