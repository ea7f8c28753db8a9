import type { DialectName } from '@watcher/testing/engine';
import { Random } from '../random.ts';
import { Composer } from './composer.ts';
import { lastingFault, passingFault } from './faults.ts';
import { figure, pause } from './figures.ts';
import { Fleet } from './fleet.ts';
import type { EngineKind, Mode, Script, Setting } from './script.ts';

export interface ScriptOptions {
  readonly seed: number;
  readonly round: number;
  readonly engine: EngineKind;
  /** Default: left to chance, like everything else. */
  readonly mode?: Mode | undefined;
  /** How the fake engine speaks. Default: left to chance. */
  readonly dialect?: DialectName | undefined;
}

/** The script of one round. The same options give the same script. */
export function writeScript({ seed, round, engine, mode, dialect }: ScriptOptions): Script {
  const random = new Random(seed, round, engine === 'fake' ? 0 : 1);
  // Of its own sequence, so that scripts stay the same.
  const listLag = engine === 'fake' ? new Random(seed, round, 3).pick([0, 0, 15, 60]) : 0;
  const drawn = { ...drawSetting(random, engine), listLag };
  const setting = { ...drawn, ...(mode && { mode }), ...(dialect && { dialect }) };
  const fleet = new Fleet(random, engine === 'fake' ? [] : ['exit']);
  const composer = new Composer(random, fleet, setting, engine);

  // Of another sequence of chance: what is drawn here leaves all else as it is.
  const rare = new Random(seed, round, 2);
  if (engine === 'fake' && rare.chance(0.04)) beginOutOfTime(composer);
  else begin(composer);

  const length = engine === 'fake' ? random.whole(5, 22) : random.whole(3, 9);
  for (let step = 0; step < length; step++) next(composer);
  composer.add({ do: 'quiet' });
  return { seed, round, engine, setting, steps: composer.steps };
}

function begin(composer: Composer): void {
  const { random, engine } = composer;
  composer.operations(random.pick([0, 0, 2, 6]));
  if (engine === 'fake') composer.noise(random.pick([0, 0, 0, 20, 300]));
  if (random.chance(0.3)) composer.add(lastingFault(random, engine));
  if (random.chance(0.1)) composer.add({ do: 'crash' });
  composer.add({ do: 'watch' });
  if (random.chance(0.7)) composer.add({ do: 'await ready' });
  if (random.chance(0.3)) burstAfterReady(composer);
}

/** An engine that has told nothing yet has its clock set back before the subscription stands. */
function beginOutOfTime(composer: Composer): void {
  const { random } = composer;
  const late = random.whole(20, 100);
  composer.add({ do: 'late subscription', ms: late }, { do: 'watch' }, { do: 'await ready' });
  composer.add({ do: 'set back', ms: 5000 });
  composer.operations(random.whole(1, 3));
  composer.add({ do: 'await ms', ms: late + random.whole(0, 60) });
  composer.operations(random.whole(1, 2));
}

function next(composer: Composer): void {
  const { random, engine, setting } = composer;
  const fakeOnly: (readonly [number, () => void])[] = [
    [1, () => composer.churn(random.whole(1, 12))],
    [1, () => composer.twins()],
    [1, () => composer.disorder()],
    [2, () => composer.add({ do: 'pass', ms: random.whole(10, 5000) })],
    [0.4, () => composer.add({ do: 'set back', ms: random.pick([500, 5000, 3_600_000]) })],
  ];
  const realOnly: (readonly [number, () => void])[] = [
    [
      1,
      () =>
        composer.add(
          { do: 'freeze' },
          { do: 'await ms', ms: random.pick([100, 1000, 4000]) },
          { do: 'thaw' },
        ),
    ],
  ];
  const slow: (readonly [number, () => void])[] = [
    [1, () => composer.add({ do: 'pause reading' })],
    [2, () => composer.add({ do: 'resume reading' })],
  ];
  random.weighted([
    [8, () => composer.operations(random.whole(1, 3))],
    [1, () => composer.noise(random.whole(1, 60))],
    [4, () => composer.add(passingFault(random, engine))],
    [3, () => composer.add(lastingFault(random, engine))],
    [4, () => composer.add({ do: 'lift' })],
    [8, () => pause(composer)],
    [6, () => figure(composer)],
    [1, () => composer.add({ do: 'quiet' })],
    ...(engine === 'fake' ? fakeOnly : realOnly),
    ...(setting.reading === 'iterator' ? slow : []),
  ] as const)();
}

/** What comes right behind `ready` is what a subscription that does not stand yet would miss. */
function burstAfterReady(composer: Composer): void {
  composer.operations(composer.random.whole(1, 3));
  if (composer.engine === 'fake' && composer.random.chance(0.5)) composer.noise(270);
  composer.operations(1);
}

function drawSetting(random: Random, engine: EngineKind): Omit<Setting, 'listLag'> {
  const reading = random.pick(['sink', 'sink', 'iterator'] as const);
  const mode = random.pick(['always', 'gap'] as const);
  const dialect = random.weighted([
    [6, 'docker'],
    [1, 'docker-1.52'],
    [1, 'podman'],
    [1, 'podman-4.3'],
  ] as const);
  return {
    mode,
    dialect: engine === 'fake' ? dialect : 'docker',
    clockOffset: random.pick([0, 0, -3_600_000, 7_200_000]),
    home: random.chance(engine === 'fake' ? 0.18 : 0.4) ? 'child' : 'process',
    view: random.pick(['states', 'states', 'running'] as const),
    reading,
    capacity: reading === 'iterator' ? random.pick([3, 50, 1024]) : 1024,
    listDelay: [random.pick([0, 0, 3]), random.pick([0, 0, 3])],
    lease: engine === 'fake' ? random.pick([40, 90, 300, 600_000]) : random.pick([1000, 5000, 600_000]),
  };
}
