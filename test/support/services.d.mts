/**
 * Starts PostgreSQL, MySQL or MariaDB, and Redis where TEST_POSTGRES_URL, TEST_MYSQL_URL and TEST_REDIS_URL do not name
 * running ones.
 *
 * @returns the variables for the tests, and how to stop what was started
 * @throws when a program is missing and cannot be installed: the message says what to install
 */
export function startServices(): Promise<{
  env: Record<string, string>;
  stop: () => Promise<void>;
}>;
