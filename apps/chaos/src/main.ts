import { readOptions, usage } from './options.ts';
import { showFailure } from './round/run-round.ts';
import { Counter } from './round/tally.ts';
import { runSeeds } from './runner/run-seeds.ts';

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(usage);
const counter = new Counter();
const start = performance.now();
let failed = 0,
  n = 0;
await runSeeds(options, [0, 1], (outcome) => {
  n++;
  counter.add(outcome.tally);
  if (outcome.violations.length || options.verbose) {
    failed += outcome.violations.length ? 1 : 0;
    console.log(showFailure(outcome));
  }
});
console.log(counter.tally, n, 'rounds', failed, 'failed', performance.now() - start);
