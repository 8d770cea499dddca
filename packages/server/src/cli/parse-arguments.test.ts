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

  describe('with flags of a command', () => {
    const flags = {
      move: { to: { value: '<dsn>', text: 'Where to.' }, force: { text: 'Do it.' } },
    };

    it.each([
      [['move', '--to', 'mysql://a', '--force']],
      [['--to=mysql://a', '-force', 'move']],
      [['--to', 'mysql://a', 'move', '--force']],
    ])('reads them from %j', (argv) => {
      expect(parseArguments(argv, flags)).toMatchObject({
        command: 'move',
        operands: [],
        flags: { to: 'mysql://a', force: true },
        problems: [],
      });
    });

    it('knows them for that command only', () => {
      const { flags: found, problems } = parseArguments(['serve', '--to', 'x'], flags);
      expect(found).toEqual({});
      expect(problems).toEqual(['--to: there is no such flag; see --help']);
    });

    it('misses the value of one that needs it', () => {
      expect(parseArguments(['move', '--to'], flags).problems).toEqual(['--to: expected a value']);
    });
  });
});
