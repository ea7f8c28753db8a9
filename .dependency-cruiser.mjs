/** Arrows point one way (see ARCHITECTURE.md). What is not allowed here is an upward or a sideways import. */
const may = {
  core: [],
  events: ['core'],
  queue: ['core'],
  informer: ['core', 'queue'],
  docker: ['core', 'events'],
  file: ['core', 'events'],
  testing: ['core', 'events'],
};

/** What a package's tests may import beside what the package may. Core and events test themselves. */
const mayInTests = {
  core: [],
  events: [],
  queue: ['events', 'testing'],
  informer: ['events', 'testing'],
  docker: ['testing', 'informer'],
  file: ['testing', 'informer'],
  testing: [],
};

const rules = Object.entries(may).flatMap(([name, allowed]) => [
  rule(name, 'src', allowed),
  rule(name, 'test', [...allowed, ...mayInTests[name]]),
]);

function rule(name, part, allowed) {
  const others = Object.keys(may).filter((other) => other !== name && !allowed.includes(other));
  return {
    name: `${name}-${part}-imports-${allowed.join('-') || 'nothing'}`,
    severity: 'error',
    from: { path: `^packages/${name}/${part}/` },
    to: { path: `^(packages/(${others.join('|')})/|@watcher/(${others.join('|')})(/|$)|apps/)` },
  };
}

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|tsup\\.config' },
      to: {},
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        couldNotResolve: true,
      },
    },
    {
      name: 'no-development-dependency-in-what-is-published',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...rules,
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/dist/|\\.turbo|^apps/demo/src/admin/browser/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
