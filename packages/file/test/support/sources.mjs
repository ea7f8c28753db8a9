// node --import: runs this project's packages from their sources, as the test runner does, so that nothing is stale.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const [, name, subpath] = /^@watcher\/(\w+)(?:\/(\w+))?$/.exec(specifier) ?? [];
    if (!name) return next(specifier, context);
    return next(
      new URL(`../../../${name}/src/${subpath ? `${subpath}/` : ''}index.ts`, import.meta.url).href,
      context,
    );
  },
});
