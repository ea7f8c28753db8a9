import type { TestEngine } from '@watcher/testing/engine';

/** A container that comes and goes. */
export async function live(engine: TestEngine, name: string): Promise<string> {
  const id = await engine.create({ name });
  await engine.start(id);
  await engine.remove(id);
  return id;
}

/** The engine, for one who will dispose it: starting one takes seconds, and it outlives its containers. */
export function shared(engine: TestEngine): TestEngine {
  return new Proxy(engine, {
    get(target, key) {
      if (key === Symbol.asyncDispose) return async () => {};
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
