import got from 'got';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/**
 * One POST of JSON to an address that an administrator set. Redirects are not followed.
 *
 * @throws when nobody answers; the error names neither the address nor what was sent
 */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ statusCode: number; body: string }> {
  try {
    const request = got.post(url, {
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'turnpike', ...headers },
      timeout: { request: TIMEOUT_MS },
      retry: { limit: 0 }, // the queue tries again
      followRedirect: false,
      throwHttpErrors: false,
    });
    void request.on('downloadProgress', ({ transferred }) => {
      if (transferred > MAX_BYTES) request.cancel('too large');
    });
    const answer = await request;
    return { statusCode: answer.statusCode, body: answer.body };
  } catch (error) {
    const { name = '', code = '' } = error as { name?: string; code?: string };
    throw new Error(`no answer: ${name} ${code}`.trim());
  }
}
