import { describe, expect, it } from '@jest/globals';
import { describeDumpCommand } from './dump-command.ts';

describe('describeDumpCommand', () => {
  it.each([
    [
      'postgres://gate:hunter2@db.example:5433/turnpike?sslmode=require',
      'pg_dump --format=custom --file=turnpike.dump --host=db.example --port=5433 --username=gate turnpike',
    ],
    [
      "root:hunter2@tcp(db:3307)/it's here",
      "mysqldump --single-transaction --hex-blob --result-file=turnpike.sql --host=db --port=3307 --user=root --password 'it'\\''s here'",
    ],
    [
      'root:hunter2@unix(/run/my.sock)/oneapi',
      'mysqldump --single-transaction --hex-blob --result-file=turnpike.sql --socket=/run/my.sock --user=root --password oneapi',
    ],
  ])('names the tool of %s, without the password', (dsn, command) => {
    expect(describeDumpCommand('SQL_DSN', dsn)).toBe(command);
    expect(command).not.toContain('hunter2');
  });

  it('has none for SQLite', () => {
    expect(describeDumpCommand('SQL_DSN', ' ')).toBeUndefined();
  });
});
