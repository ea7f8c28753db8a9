import { describe } from 'vitest';
import { FakeEngine } from '../../src/engine/index.ts';
import { dockerBehaviour } from './engine-behaviour.ts';

describe('the fake engine on a Unix socket', () => {
  dockerBehaviour(() => FakeEngine.start());
});

describe('the fake engine on a port', () => {
  dockerBehaviour(() => FakeEngine.start({ listen: 0 }));
});
