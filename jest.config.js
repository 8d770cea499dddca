import { availableParallelism } from 'node:os';

// Sources are read as they are: no build before a test. Run through `npm test`, or with
// NODE_OPTIONS=--experimental-vm-modules npx jest --selectProjects unit
const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/packages/.*/dist/', '<rootDir>/data/'],
};

export default {
  // Two slow cores that everything else uses as well must not make a failure.
  testTimeout: 20_000,
  // Most of a test's time is waiting for processes that were killed: two cores have time for two.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testSequencer: '<rootDir>/test/support/slowest-first.mjs',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/packages/*/src/**/*.test.ts', '<rootDir>/test/structure/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.integration\\.test\\.ts$'],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/packages/*/src/**/*.integration.test.ts'],
    },
    {
      ...base,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.e2e.test.ts'],
      // It offers its own sources under the condition by which ours are found.
      moduleNameMapper: {
        '^eventsource-parser/stream$': '<rootDir>/node_modules/eventsource-parser/dist/stream.js',
        '^eventsource-parser$': '<rootDir>/node_modules/eventsource-parser/dist/index.js',
      },
    },
  ],
};
