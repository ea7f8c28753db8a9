import { library } from '../../tsup.base.ts';

export default library({
  // Every other package's types import these, so this reaches them all.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
});
