import { library } from '../../tsup.base.ts';

export default library({
  entry: { engine: 'src/engine/index.ts', clock: 'src/clock/index.ts', contract: 'src/contract/index.ts' },
});
