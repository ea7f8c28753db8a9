import { livenessInterval, timeout } from '../timing.ts';
import { CHURN, type Composer } from './composer.ts';
import { passingFault } from './faults.ts';

// Situations that single steps would seldom come to by chance. What is in them is still left to chance.

/** More events than the engine remembers. */
const MORE_THAN_RING = 270;

/** As many as it remembers at most, and what leads up to them. */
const WITHIN_RING = 240;

type Figure = (composer: Composer) => void;

/** A stream is lost and found while events of any number come, in time or out of order. */
const cutAndChange: Figure = (composer) => {
  const { random, engine } = composer;
  composer.operations(random.whole(0, 2));
  composer.add({ do: 'await word' }, passingFault(random, engine));
  if (engine === 'fake' && random.chance(0.5)) composer.disorder();
  if (engine === 'fake' && random.chance(0.3)) composer.twins();
  composer.operations(random.whole(0, 4));
};

/** While the stream is away, the engine forgets, or just not. */
const overrun: Figure = (composer) => {
  const { random } = composer;
  composer.add({ do: 'refuse' }, passingFault(random, composer.engine));
  composer.operations(random.whole(0, 3));
  composer.noise(random.chance(0.5) ? MORE_THAN_RING : random.whole(WITHIN_RING - 60, WITHIN_RING));
  composer.add({ do: 'lift' });
};

/** The engine says 200 and subscribes later; what comes right after the consumer was told is in between. */
const changeBeforeSubscribed: Figure = (composer) => {
  const { random, engine } = composer;
  composer.operations(1);
  composer.add({ do: 'await word' });
  composer.add({ do: 'late subscription', ms: random.whole(10, timeout[engine] - 50) });
  composer.add(passingFault(random, engine));
  composer.add({ do: 'await requests', count: random.whole(1, 3) });
  if (random.chance(0.5)) composer.add({ do: 'await word' }, { do: 'await word' });
  if (random.chance(0.5)) composer.noise(MORE_THAN_RING);
  composer.operations(random.whole(0, 3));
};

/** A stream is dead without a sign, while the engine answers. */
const deafness: Figure = (composer) => {
  if (composer.random.chance(0.5)) composer.add({ do: 'quiet' });
  composer.add({ do: 'deaf' });
  composer.operations(composer.random.whole(1, 3));
  if (composer.random.chance(0.7)) composer.add({ do: 'quiet' });
};

/** A path that cuts whatever grows old, and a stream that is renewed before it does. */
const oldAge: Figure = (composer) => {
  const { lease } = composer.setting;
  const age = lease * 5;
  if (age > 500) return idleness(composer);
  composer.add({ do: 'quiet' }, { do: 'cut after time', ms: age });
  composer.add({ do: 'await ms', ms: age });
  composer.operations(composer.random.whole(0, 2));
  composer.add({ do: 'await ms', ms: age / 2 }, { do: 'quiet' });
};

/** Nothing happens, and a liveness check or two find nothing. */
const idleness: Figure = (composer) => {
  composer.add({ do: 'quiet' }, { do: 'await requests', count: composer.random.whole(1, 4) });
};

/** A proxy cuts a quiet stream again and again, ten minutes apart. */
const quietCuts: Figure = (composer) => {
  const { random } = composer;
  composer.operations(1);
  composer.add({ do: 'quiet' });
  for (let cut = random.whole(1, 3); cut > 0; cut--) {
    if (composer.engine === 'fake') composer.add({ do: 'pass', ms: 600_000 });
    composer.add({ do: random.pick(['reset', 'cut streams'] as const) }, { do: 'await word' });
    composer.add({ do: 'await requests', count: random.whole(1, 3) });
  }
};

/** The daemon dies, and things change before, while and after it is found again. */
const restart: Figure = (composer) => {
  const { random, engine } = composer;
  composer.add({ do: 'crash' });
  if (random.chance(0.5)) composer.add({ do: 'await word' });
  if (engine === 'fake' && random.chance(0.5)) composer.add({ do: 'refuse' });
  composer.add({ do: 'restart' });
  composer.operations(random.whole(0, 4));
  if (engine === 'fake' && random.chance(0.7)) composer.add({ do: 'pass', ms: random.whole(500, 5000) });
  if (random.chance(0.5)) composer.add({ do: 'await requests', count: random.whole(1, 4) });
  composer.operations(random.whole(0, 3));
};

/** The engine forgets while a new place is being taken, and again while the subscription is late. */
const busyBeginning: Figure = (composer) => {
  const { random, engine } = composer;
  composer.add({ do: 'crash' }, { do: 'refuse' }, { do: 'restart' });
  composer.operations(random.whole(1, 2));
  composer.add({ do: 'pass', ms: 2000 }, { do: 'lift' });
  composer.add({ do: 'late subscription', ms: random.whole(30, timeout[engine] - 30) });
  composer.add({ do: 'await requests', count: random.whole(1, 6) });
  composer.noise(MORE_THAN_RING);
  composer.add({ do: 'await word' });
  composer.operations(1);
  composer.noise(MORE_THAN_RING);
  composer.operations(random.whole(0, 2));
};

/** Time passes between what happens while the stream is away and its return. */
const longAbsence: Figure = (composer) => {
  const { random } = composer;
  composer.add({ do: 'refuse' }, passingFault(random, composer.engine));
  composer.operations(random.whole(1, 4));
  composer.noise(random.pick([0, 10, MORE_THAN_RING]));
  composer.add({ do: 'pass', ms: random.whole(500, 20_000) }, { do: 'lift' });
};

/** A line of nonsense, and then something ordinary that must not be made more of. */
const nonsense: Figure = (composer) => {
  composer.operations(1);
  composer.add({ do: 'quiet' }, { do: 'garbage line' }, { do: 'await word' });
  if (composer.random.chance(0.5)) composer.operations(1);
  composer.add({ do: composer.random.pick(['reset', 'cut streams', 'end streams'] as const) });
};

/** The watching process stands still, for a moment or for long, while little or very much happens. */
const standstill: Figure = (composer) => {
  const { random, engine } = composer;
  composer.operations(1);
  composer.add({ do: 'stop process' });
  if (random.chance(0.3)) composer.add(passingFault(random, engine));
  composer.operations(random.whole(0, 2));
  const noise = engine === 'fake' ? [0, 300, 1500, random.whole(1000, 2500), 4000, 4000] : [0, 300, 2500];
  composer.noise(random.pick(noise));
  if (engine === 'fake') composer.churn(random.whole(1, 60));
  composer.add({ do: 'await ms', ms: random.pick([20, 150, 400, 800, 1400, 1900]) });
  composer.add({ do: 'continue process' });
  if (random.chance(0.5)) composer.add({ do: 'await turns', count: random.whole(1, 20) });
  composer.operations(random.whole(1, 3));
};

/** Liveness asks while a burst is on its way. */
const burst: Figure = (composer) => {
  const { random } = composer;
  composer.add({ do: 'await requests', count: 1 });
  composer.churn(random.whole(1, Math.floor(WITHIN_RING / CHURN)));
};

const fakeFigures: readonly (readonly [number, Figure])[] = [
  [5, cutAndChange],
  [3, overrun],
  [3, changeBeforeSubscribed],
  [2, deafness],
  [1, oldAge],
  [1, idleness],
  [2, quietCuts],
  [3, restart],
  [2, busyBeginning],
  [3, longAbsence],
  [1, nonsense],
  [1, burst],
];

const realFigures: readonly (readonly [number, Figure])[] = [
  [5, cutAndChange],
  [2, overrun],
  [3, changeBeforeSubscribed],
  [1, deafness],
  [1, quietCuts],
  [2, restart],
];

/** One of the situations; in a process that can be stopped it may be that one. */
export function figure(composer: Composer): void {
  const { random, engine, setting } = composer;
  const figures = engine === 'fake' ? fakeFigures : realFigures;
  const weight = engine === 'fake' ? 12 : 5;
  random.weighted(setting.home === 'child' ? [...figures, [weight, standstill] as const] : figures)(composer);
}

/** How long a wait may be that nothing ends. */
export function pause(composer: Composer): void {
  const { random, engine } = composer;
  const longest = livenessInterval[engine] / 2;
  composer.add(
    random.weighted([
      [4, { do: 'await word' }],
      [4, { do: 'await requests', count: random.whole(1, 5) }],
      [4, { do: 'await turns', count: random.whole(1, 12) }],
      [2, { do: 'await ms', ms: random.whole(1, longest) }],
    ] as const),
  );
}
