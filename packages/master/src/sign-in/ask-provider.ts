import { managementErrors } from '@turnpike/core';
import { z } from 'zod';
import { fetchText, type TextAnswer } from '../outbound/fetch-text.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

type Texts = Readonly<Record<string, string>>;

export interface ProviderRequest {
  /** For people. */
  provider: string;
  url: string;
  /** Sent as JSON. */
  json?: Texts;
  /** Sent as a form. */
  form?: Texts;
  headers?: Texts;
}

/**
 * Asks a service who somebody is: a POST where there is something to send, else a GET. What is sent or answered is told
 * to nobody. Redirects are not followed: secrets are for the host that was asked.
 *
 * @throws `provider_unreachable`, `provider_refused`
 */
export async function askProvider<Schema extends z.ZodType>(
  request: ProviderRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { provider } = request;
  const { statusCode, body } = await send(request);
  const answer = parseJson(body);
  const parsed = schema.safeParse(answer);
  if (statusCode >= 200 && statusCode < 300 && parsed.success) return parsed.data;
  if (statusCode >= 500) throw managementErrors.providerUnreachable({ provider });
  throw refusedBy(provider, describe(statusCode, answer));
}

/** Why a provider did not say who somebody is. `reason` is free of secrets. */
export function refusedBy(provider: string, reason: string) {
  return managementErrors.providerRefused({ provider, reason });
}

async function send({ provider, url, json, form, headers }: ProviderRequest): Promise<TextAnswer> {
  try {
    // Without another try: a code opens once.
    return await fetchText(url, MAX_BYTES, {
      method: (json ?? form) ? 'POST' : 'GET',
      headers: { accept: 'application/json', ...headers },
      ...(json && { json }),
      ...(form && { form }),
      timeout: { request: TIMEOUT_MS },
    });
  } catch (error) {
    // The error of the client holds what was sent; only its name goes on.
    const { name = '', code = '' } = error as { name?: string; code?: string };
    throw managementErrors.providerUnreachable({ provider }, { cause: `${name} ${code}`.trim() });
  }
}

const errorSchema = z.object({ error: z.string() });

/** OAuth's own error codes are short words and say enough. */
function describe(status: number, answer: unknown): string {
  const parsed = errorSchema.safeParse(answer);
  const code = parsed.success ? parsed.data.error : '';
  return /^[\w.-]{1,60}$/.test(code) ? code : `status ${String(status)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema takes it
  }
}
