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
  // Much of a test's time is waiting for processes that were killed or are to expire: two cores have time for three.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  // Modules of files that are done are never freed. A worker that has collected many spends its time on them, and then
  // does not end within the half second that Jest gives it.
  workerIdleMemoryLimit: '700MB',
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
