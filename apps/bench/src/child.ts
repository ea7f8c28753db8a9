/** Measures one case and reports it to the parent: `node child.ts <module> <case> <scale>`. */
import type { Measure } from './isolate.ts';

const [module = '', name = '', scale = '1'] = process.argv.slice(2);
const { measure } = (await import(module)) as { measure: Measure };
const numbers = await measure(name, Number(scale));
// Whatever a peer has left running is not waited for.
process.send?.(numbers, () => process.exit(0));
