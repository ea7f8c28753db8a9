import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources: no build comes first, and none can be stale.
    alias: [
      { find: /^@watcher\/testing\/(\w+)$/, replacement: `${packages}testing/src/$1/index.ts` },
      { find: /^@watcher\/(\w+)$/, replacement: `${packages}$1/src/index.ts` },
    ],
  },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'scripts/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
