import type { SimulatedBehaviour } from './simulator-behaviour.ts';

interface ErrorTexts {
  message: string;
  type: string;
  code: string | null;
}

/** What OpenAI says with each status. */
const texts: Readonly<Record<number, ErrorTexts>> = {
  400: {
    message: 'Unsupported parameter on request.',
    type: 'invalid_request_error',
    code: 'unsupported_parameter',
  },
  401: {
    message: 'Incorrect API key provided: sk-sim****.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  402: {
    message: 'Insufficient funds on this account.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  403: {
    message: 'Country, region, or territory not supported.',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  429: {
    message: 'Rate limit reached on requests per min.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  500: { message: 'The server had an error.', type: 'server_error', code: null },
  503: { message: 'The engine is currently overloaded.', type: 'server_error', code: null },
};

/** Body and headers of an error answer. */
export function encodeSimulatedError(
  status: number,
  behaviour: Partial<SimulatedBehaviour> = {},
): { body: object; headers: Record<string, string> } {
  const text = texts[status] ?? { message: `Status ${status}.`, type: 'server_error', code: null };
  const { retryAfter = 0, retryAfterMs = 0, errorMessage, errorType, errorCode } = behaviour;
  const given = (value: string | undefined): string | undefined =>
    value === '' ? undefined : value;
  return {
    body: {
      error: {
        message: given(errorMessage) ?? text.message,
        type: given(errorType) ?? text.type,
        param: null,
        code: given(errorCode) ?? text.code,
      },
    },
    headers: {
      'content-type': 'application/json',
      ...(retryAfter > 0 && { 'retry-after': String(retryAfter) }),
      ...(retryAfterMs > 0 && { 'retry-after-ms': String(retryAfterMs) }),
    },
  };
}
