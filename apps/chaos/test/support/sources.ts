import { registerHooks } from 'node:module';

const packages = new URL('../../../../packages/', import.meta.url);

// With `node --import` this has the packages run from their sources: nothing is built first, and none can be stale.
registerHooks({
  resolve(specifier, context, next) {
    const [, name, room] = /^@watcher\/(\w+)(?:\/(\w+))?$/.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, context);
    const path = room === undefined ? `${name}/src/index.ts` : `${name}/src/${room}/index.ts`;
    return next(new URL(path, packages).href, context);
  },
});
