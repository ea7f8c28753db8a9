import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Resolves a package's public entry, by name or by its source, to the build that users load. */
const resolveToBuild = (extension: string): Plugin => ({
  name: 'resolve-to-build',
  enforce: 'pre',
  async resolveId(id, importer, options) {
    const byName = /^@watcher\/(\w+)(?:\/(\w+))?$/.exec(id);
    if (byName) return external(extension, byName[1], byName[2]);
    if (!id.startsWith('.')) return undefined;
    const resolved = await this.resolve(id, importer, { ...options, skipSelf: true });
    const bySource = /packages\/(\w+)\/src\/(?:(\w+)\/)?index\.ts$/.exec(resolved?.id ?? '');
    return bySource ? external(extension, bySource[1], bySource[2]) : undefined;
  },
});

/** Loaded by Node itself: as CommonJS, `require` and all, where that is what is tested. */
function external(extension: string, name = '', entry = 'index'): { id: string; external: true } {
  const path = `${root}packages/${name}/dist/${entry}.${extension}`;
  if (!existsSync(path)) throw new Error(`${path} is missing: run "pnpm build" first.`);
  return { id: path, external: true };
}

/** Unit tests reach into a package's other files, and stay with the sources. */
function testsOfPublicApi(): string[] {
  return globSync('packages/*/test/**/*.test.ts', { cwd: root }).filter((file) => {
    const imports = [...readFileSync(`${root}${file}`, 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, id]) => id ?? '',
    );
    const internal = /\.\.\/src\/(?!(?:\w+\/)?index\.ts$)/;
    return (
      imports.some((id) => /\/src\/(?:\w+\/)?index\.ts$/.test(id)) && !imports.some((id) => internal.test(id))
    );
  });
}

/** `--mode esm` or `--mode cjs` selects the build. */
export default defineConfig(({ mode }) => {
  if (mode !== 'esm' && mode !== 'cjs') throw new Error(`Expected --mode esm or --mode cjs, got "${mode}".`);
  return {
    plugins: [resolveToBuild(mode === 'esm' ? 'js' : 'cjs')],
    test: { include: testsOfPublicApi(), testTimeout: 20_000, hookTimeout: 60_000 },
  };
});
