import { fetchText, type TextAnswer } from '../outbound/fetch-text.ts';

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
): Promise<TextAnswer> {
  try {
    // Without another try: the queue tries again.
    return await fetchText(url, MAX_BYTES, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      timeout: { request: TIMEOUT_MS },
    });
  } catch (error) {
    const { name = '', code = '' } = error as { name?: string; code?: string };
    throw new Error(`no answer: ${name} ${code}`.trim());
  }
}
