import { library } from '../../tsup.base.ts';

// `import.meta.url` in CommonJS: dockerode's dependencies are resolved from there.
export default library({ shims: true });
