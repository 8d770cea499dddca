import { requestLimitNames, type RequestLimits } from './request-limits.ts';

/** Of a group or channel: budgets are for those who have a balance. */
const fields = ['requests_per_minute', 'tokens_per_minute', 'concurrency'] as const;

type Field = (typeof fields)[number];

/**
 * Reads limits as administrators write them: `requests_per_minute`, `tokens_per_minute`, `concurrency`; whole numbers, 0
 * or absent for none. What cannot be understood is no limit: `findLimitProblem` keeps it from being stored.
 *
 * @returns undefined where nothing is limited
 */
export function readLimits(value: unknown): RequestLimits | undefined {
  const limits: RequestLimits = {};
  for (const field of fields) {
    const limit = isRecord(value) ? value[field] : undefined;
    if (isCount(limit) && limit > 0) limits[requestLimitNames[field]] = limit;
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** What is wrong with limits that are about to be stored, with the place; undefined: nothing. */
export function findLimitProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'expected an object';
  for (const [field, limit] of Object.entries(value)) {
    if (!fields.includes(field as Field))
      return `'${field}' is no limit; there are ${fields.join(', ')}`;
    if (!isCount(limit)) return `'${field}' must be a whole number, 0 for no limit`;
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
