import tseslint from 'typescript-eslint';

const conventions = {
  'no-console': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'env', message: 'Settings are read once, in server/settings.' },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
    { selector: 'ExportAllDeclaration', message: 'List exports by name.' },
    {
      selector: "BinaryExpression[operator='instanceof'][right.name=/Error$/]",
      message: 'Tell an error by its code or name: one of another realm is not an instance.',
    },
    {
      selector:
        "CallExpression[callee.object.name='jest'][callee.property.name=/^(mock|unstable_mockModule)$/]",
      message: 'Pass a fake in.',
    },
  ],
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  // What fills a message is text or a number, though its type is not known.
  '@typescript-eslint/no-base-to-string': ['error', { ignoredTypeNames: ['{}', 'Error', 'URL'] }],
  // `interface` is for behaviour, `type` for data.
  '@typescript-eslint/consistent-type-definitions': 'off',
  // It asks for `!`, which is not used here.
  '@typescript-eslint/non-nullable-type-assertion-style': 'off',
  '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
  // Numbers read well in a text; everything else is converted on purpose.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // `(error) => reject(error)` and `() => void start()` say what they do.
  '@typescript-eslint/no-confusing-void-expression': [
    'error',
    { ignoreArrowShorthand: true, ignoreVoidOperator: true },
  ],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
  ],
  // Objects are made by functions here and do not know `this`: their members can be taken out.
  '@typescript-eslint/unbound-method': 'off',
  // Deferred work of a fake or of a port that is asynchronous elsewhere.
  '@typescript-eslint/no-empty-function': 'off',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '**/__fixtures__/',
      '**/.tmp/',
      '**/*.d.mts',
      'data/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.check.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: conventions,
  },
  {
    files: ['packages/server/src/settings/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.contract.ts', '**/testing/**', 'test/**/*.ts'],
    rules: {
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      // The body of an answer is whatever it is: the assertion is its check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Plain Node: what runs before anything is installed or built, and the load generators.
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-unreachable': 'error',
      'no-dupe-keys': 'error',
    },
  },
);
