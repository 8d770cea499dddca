// `npm run docs:references`: renders every generated file anew, by the test that compares them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--selectProjects=unit',
    '--testPathPatterns=test/structure/references',
  ],
  { cwd: root, env: { ...process.env, UPDATE_REFERENCES: 'true' }, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
