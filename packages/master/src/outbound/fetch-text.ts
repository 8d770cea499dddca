import type { OptionsInit } from 'got';

/** What an address answered, whatever its status. */
export interface TextAnswer {
  statusCode: number;
  body: string;
}

/**
 * One call to an address outside. Redirects are not followed: what is sent is for the host that was asked. The client is
 * loaded by the first call, because it takes ten megabytes of memory that most nodes never need.
 *
 * @param options for got: what is sent, `timeout`, and `retry` (without it, the call is made once)
 * @throws got's errors when nobody answers; `CancelError` when the answer is larger than `maxBytes`
 */
export async function fetchText(
  url: string,
  maxBytes: number,
  options: OptionsInit,
): Promise<TextAnswer> {
  const { default: got } = await import('got');
  const { headers, ...rest } = options;
  const request = got(url, {
    retry: { limit: 0 },
    ...rest,
    headers: { 'user-agent': 'turnpike', ...headers },
    followRedirect: false,
    throwHttpErrors: false,
    responseType: 'text',
    resolveBodyOnly: false,
    isStream: false,
  });
  void request.on('downloadProgress', ({ transferred }) => {
    if (transferred > maxBytes) request.cancel('too large');
  });
  const { statusCode, body } = await request;
  return { statusCode, body };
}
