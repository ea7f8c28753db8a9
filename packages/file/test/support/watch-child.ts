// Watches the directory in argv[2] with the options in argv[3], and prints what it is told, a line each. Runs in a
// process of its own, so that limits and mounts can be its own too: `node --import sources.mjs watch-child.ts`.
import { DirectoryWatcher, type FileWatcherOptions } from '../../src/index.ts';
import { lineOf } from './recorder.ts';

const [, , path = '.', options = '{}'] = process.argv;
const print = (line: string) => process.stdout.write(`${line}\n`);

const stream = new DirectoryWatcher(path, JSON.parse(options) as FileWatcherOptions).events();
stream.subscribe({
  push: (event) => print(lineOf(event)),
  error: ({ code, message }) => print(`error ${code} ${message}`),
  close: ({ reason }) => print(reason),
});
await stream.ready;
print('ready');
// Until its parent lets go of it.
process.stdin.resume().on('end', () => void stream.close());
