import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Tool, tools } from './catalog.ts';
import { LARGE, SMALL, type Trial, tryTool } from './run-tool.ts';

const required = process.env['WATCHER_REQUIRE_TOOLS'] === '1';

describe.concurrent.each([
  ['small', SMALL],
  ['1 MB', LARGE],
])('a file, %s,', (_, content) => {
  for (const tool of tools) {
    const absent = tool.needs !== undefined && !isInstalled(tool.needs);
    test.skipIf(absent && !required)(
      `saved by ${tool.name}${absent ? ` (${tool.needs} is absent)` : ''}`,
      async () => {
        expect(await tryTool(tool, content)).toEqual(expected(tool));
      },
    );
  }
});

function expected({ events = ['written routes.yml'] }: Tool): Trial {
  const reads = events.filter((line) => /^(written|created) \S+\.yml$/.test(line)).map(() => 'new');
  return { events: events.toSorted(), reads, fresh: true };
}

function isInstalled(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
