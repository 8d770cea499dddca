import type { FailureClass } from './classify-failure.ts';

/**
 * The refusal of an upstream that speaks another protocol than the client, whose words for it mean nothing there: told
 * by its status, in the words of the OpenAI doors, which the other doors know how to translate.
 */
export function inOwnWords(failure: FailureClass): FailureClass {
  const status = failure.status === 529 ? 503 : failure.status;
  return { ...failure, status, type: typeOf(status), code: codeOf(failure.code, status) };
}

const typeOfStatus: Readonly<Record<number, string>> = {
  409: 'conflict_error',
  500: 'server_error',
  503: 'overloaded_error',
};

function typeOf(status: number): string {
  return typeOfStatus[status] ?? (status < 500 ? 'invalid_request_error' : 'upstream_error');
}

/** Google repeats the status where others have a code. */
function codeOf(code: string, status: number): string {
  if (code !== '' && !/^\d{3}$/.test(code)) return code;
  return status < 500 ? 'invalid_request' : 'upstream_error';
}
