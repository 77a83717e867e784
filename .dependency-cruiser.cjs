// The layers of lib/ from the top down: each may import only what stands below it.
// Entries of one inner array stand side by side and may not import each other.
const layers = [
  ['container'],
  ['gateway'],
  ['monitor'],
  ['tracing'],
  ['managers'],
  ['controller'],
  ['planning'],
  ['cache'],
  ['ownership'],
  ['relay'],
  ['change-stream'],
  ['config-api'],
  ['kafka'],
  ['model'],
  ['base'],
];

const folder = (names) => `^lib/(${names.join('|')})/`;

const layerRules = layers.flatMap((names, depth) => {
  const above = layers.slice(0, depth).flat();
  const beside = depth === layers.length - 1 ? [] : names.length > 1 ? names : [];
  const forbidden = [...above, ...beside];
  if (forbidden.length === 0) return [];
  return [
    {
      name: `layer-${names.join('-')}`,
      comment: `lib/${names.join(', lib/')} may import only the layers below it`,
      severity: 'error',
      from: { path: folder(names) },
      to: { path: folder(forbidden) },
    },
  ];
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...layerRules,
    {
      name: 'container-is-the-top',
      comment: 'only the public entry hands out the container',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(container/|index\\.ts$)' },
      to: { path: '^lib/container/' },
    },
    {
      name: 'inversify-at-the-edge',
      comment: 'the parts of the library know no container; only its folder has injectable ones',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/container/' },
      to: { path: '^node_modules/inversify' },
    },
    {
      name: 'managers-stand-side-by-side',
      comment: 'one manager is one folder: it may not import another one',
      severity: 'error',
      from: { path: '^lib/managers/([^/]+)/' },
      to: { path: '^lib/managers/[^/]+/', pathNot: '^lib/managers/$1/' },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(service|fixtures|test|bench)/' },
    },
    {
      name: 'lib-by-its-public-entries',
      comment: 'the service, the fixtures and the demo use the library as everybody else does',
      severity: 'error',
      from: { path: '^(service|fixtures|bench)/' },
      to: { path: '^lib/', pathNot: '^lib/(index|rules|client|model/index)\\.ts$' },
    },
    {
      name: 'fixtures-by-their-public-entry',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^fixtures/', pathNot: '^fixtures/index\\.ts$' },
    },
    {
      name: 'nobody-imports-the-benchmarks',
      comment: 'but their own tests',
      severity: 'error',
      from: { path: '^(lib|service|fixtures|test)/', pathNot: '^test/bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'service-without-fixtures',
      severity: 'error',
      from: { path: '^service/' },
      to: { path: '^(fixtures|test)/' },
    },
    {
      name: 'fixtures-without-service',
      comment: 'only the demo composes both',
      severity: 'error',
      from: { path: '^fixtures/', pathNot: '^fixtures/demo/' },
      to: { path: '^(service|test)/' },
    },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^(lib|service|fixtures)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
