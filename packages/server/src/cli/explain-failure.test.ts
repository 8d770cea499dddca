import { describe, expect, it } from '@jest/globals';
import { explainFailure } from './explain-failure.ts';

const withCode = (code: string): Error => Object.assign(new Error('it said'), { code });

describe('explainFailure', () => {
  it.each([
    ['ENOSPC', /^it said\. The disk is full: make room where DATA_DIR/],
    ['SQLITE_FULL', /^it said\. The disk is full/],
    ['SQLITE_READONLY_DIRECTORY', /^it said\. Let this user write where DATA_DIR/],
    ['EROFS', /^it said\. Let this user write/],
    ['EMFILE', /^it said\. Too many files/],
  ])('says what to do about %s', (code, text) => {
    expect(explainFailure(withCode(code))).toMatch(text);
  });

  it('leaves other errors their own words', () => {
    expect(explainFailure(withCode('SQLITE_CORRUPT'))).toBe('it said');
    expect(explainFailure(new Error('SQL_DSN: cannot open'))).toBe('SQL_DSN: cannot open');
  });
});
