import { describe, expect, test } from 'vitest';
import { tools } from './catalog.ts';
import { expectedOf, isInstalled } from './expected.ts';
import { counts, LARGE, SMALL, tryTool } from './run-tool.ts';

const required = process.env['WATCHER_REQUIRE_TOOLS'] === '1';
const absent = new Set(
  tools.flatMap(({ needs }) => (needs === undefined || isInstalled(needs) ? [] : needs)),
);
if (absent.size > 0) process.stderr.write(`Not installed, and so not tried: ${[...absent].join(', ')}\n`);

describe.concurrent.each([
  ['small', SMALL],
  ['1 MB', LARGE],
])('a file, %s,', (_, content) => {
  for (const tool of tools) {
    const isAbsent = tool.needs !== undefined && absent.has(tool.needs);
    test.skipIf(isAbsent && !required)(
      `saved by ${tool.name} is told exactly so, and read whole`,
      async () => {
        let attempt = await tryTool(tool, content);
        for (let more = 4; more > 0 && !counts(attempt, tool); more--) attempt = await tryTool(tool, content);
        expect(attempt.trial).toEqual(expectedOf(tool));
      },
    );
  }
});
