/** What can be done about failures that come up anywhere, by the code of the system's or the driver's error. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:ENOSPC|EDQUOT|SQLITE_FULL)$/,
    'The disk is full: make room where DATA_DIR, SQLITE_PATH, JOURNAL_DIR and --log-dir are, then start again. What was charged is kept.',
  ],
  [
    /^(?:EROFS|EACCES|EPERM|SQLITE_READONLY.*)$/,
    'Let this user write where DATA_DIR, SQLITE_PATH and JOURNAL_DIR are.',
  ],
  [/^(?:EMFILE|ENFILE)$/, 'Too many files are open: raise the limit (ulimit -n).'],
];

/** The message of an error that ends a command, and what to do where the message alone does not say it. */
export function explainFailure(error: Error): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = advice.find(([codes]) => codes.test(String(code)));
  return known === undefined ? message : `${message}. ${known[1]}`;
}
