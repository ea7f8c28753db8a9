/**
 * `node --import ./scripts/sources.mjs <file>` runs a file on the sources of the packages, as the tests do: Node strips
 * the types, so nothing has to be built first.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [, name, part] = /^@watcher\/(\w+)(?:\/(\w+))?$/.exec(specifier) ?? [];
    if (name === undefined) return nextResolve(specifier, context);
    const file = `../packages/${name}/src/${part === undefined ? '' : `${part}/`}index.ts`;
    return nextResolve(new URL(file, import.meta.url).href, context);
  },
});
