import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './parse-arguments.ts';

describe('parseArguments', () => {
  it('serves where no command is given', () => {
    expect(parseArguments([])).toMatchObject({ command: 'serve', operands: [], problems: [] });
  });

  it.each([
    [['--port', '4000']],
    [['--port=4000']],
    [['-port', '4000']],
    [['-port=4000']],
    [['serve', '--port', '4000']],
  ])('reads the port from %j', (argv) => {
    expect(parseArguments(argv)).toMatchObject({ command: 'serve', port: 4000, problems: [] });
  });

  it('takes what follows the command as its operands', () => {
    expect(parseArguments(['verify-ledger', 'users', '--demo'])).toMatchObject({
      command: 'verify-ledger',
      operands: ['users'],
      isDemo: true,
    });
  });

  it.each([['--help'], ['-h'], ['-help']])('answers %s with the help', (flag) => {
    expect(parseArguments(['serve', flag]).command).toBe('help');
  });

  it.each([['--version'], ['-v']])('answers %s with the version', (flag) => {
    expect(parseArguments([flag]).command).toBe('version');
  });

  it('lists every problem of the line', () => {
    expect(parseArguments(['--port', 'x', '--prot=1', '--log-dir']).problems).toEqual([
      '--prot: there is no such flag; see --help',
      '--port: expected a whole number from 0 to 65535',
      '--log-dir: expected a value',
    ]);
  });
});
