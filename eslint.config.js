// Typed lint rules. Layers and cycles are checked by .dependency-cruiser.cjs, in the same `npm run lint`.
import tseslint from 'typescript-eslint';

const domainWord = /vip|floating|amphora|strip/i;

const noDomainWord = {
  meta: { type: 'problem', schema: [], messages: { word: 'The runtime knows no domain word: "{{word}}".' } },
  create: (context) => ({
    Program: () => {
      context.sourceCode.lines.forEach((text, index) => {
        const found = domainWord.exec(text);
        if (found === null) return;
        const loc = { line: index + 1, column: found.index };
        context.report({ loc, messageId: 'word', data: { word: found[0] } });
      });
    },
  }),
};

const noListeners = [
  {
    selector: 'CallExpression[callee.property.name=/^(addEventListener|setMaxListeners)$/]',
    message: 'Use onAbort, or withOwnSignal for what puts listeners on the signal itself.',
  },
  {
    selector: 'ImportSpecifier[imported.name=/^(setMaxListeners|addAbortListener)$/]',
    message: 'Use onAbort, or withOwnSignal for what puts listeners on the signal itself.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'fixtures/opensdn/schema/table.ts',
      'dist/',
      '.build/',
      'coverage/',
      'docs/',
      'node_modules/',
      '**/*.cjs',
      'eslint.config.js',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      'max-depth': ['error', 4],
      'max-lines': ['warn', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // Schemas are typed by inference: spelling out zod's own types would only repeat them.
    files: ['lib/model/**/*.ts', 'lib/base/settings/**/*.ts', 'service/config/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/prefer-readonly': 'off',
      // What is parsed is cast in a comment, which these do not see.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // The page's files stand as browsers take them: their types are in comments, and checked by a tsconfig of their own.
    files: ['service/page/assets/*.js'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/prefer-readonly': 'off',
      // What is parsed is cast in a comment, which these do not see.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // What the container resolves comes as parameters, one each.
    files: ['lib/container/**/*.ts'],
    rules: { 'max-params': 'off' },
  },
  {
    // Time comes from an injected clock: only its own folder may touch the timers and the date.
    files: ['lib/**/*.ts'],
    ignores: ['lib/base/clock/**'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Use the injected Clock.' },
        { object: 'Math', property: 'random', message: 'Use the injected random source.' },
        { object: 'process', property: 'env', message: 'Configuration is read in service/config.' },
      ],
    },
  },
  {
    // Tests wait for conditions, or step a clock: none looks at the time of the machine, nor depends on how busy it is.
    files: ['test/**/*.ts', 'fixtures/harness/**/*.ts', 'fixtures/opensdn/**/*.ts', 'fixtures/faults/**/*.ts'],
    ignores: ['test/support/real-time.ts', 'fixtures/harness/embedded-monitor.ts', 'fixtures/harness/pace.ts'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'performance'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Use a clock.' }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:timers/promises', importNames: ['setTimeout'], message: 'Wait for a condition.' }] },
      ],
    },
  },
  {
    // A signal of a caller has one listener of ours, however many requests it is handed to: Node.js warns of more than ten.
    files: ['lib/**/*.ts', 'service/**/*.ts', 'fixtures/**/*.ts'],
    ignores: ['lib/base/clock/**'],
    rules: { 'no-restricted-syntax': ['error', ...noListeners] },
  },
  {
    // What comes from outside never becomes a regular expression: one that backtracks holds up the whole process.
    files: ['service/**/*.ts', 'fixtures/**/*.ts'],
    ignores: ['fixtures/opensdn/python-text.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...noListeners,
        {
          selector: '[callee.name="RegExp"]',
          message: 'Write it as a literal, or take a pattern that is no expression.',
        },
      ],
    },
  },
  {
    // The runtime knows no domain word: what a key means is its manager's business.
    files: ['lib/cache/**/*.ts', 'lib/controller/**/*.ts', 'lib/planning/**/*.ts'],
    plugins: { words: { rules: { 'no-domain-word': noDomainWord } } },
    rules: { 'words/no-domain-word': 'error' },
  },
  {
    files: ['test/**/*.ts', 'typings/**/*.ts'],
    rules: {
      // chai's assertions are expressions, and mocha's contexts are callbacks.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: 'describe', package: 'mocha' }] },
      ],
      'max-lines': 'off',
      'max-depth': 'off',
    },
  },
);
