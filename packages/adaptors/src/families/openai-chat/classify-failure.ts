import type { Dialect, UpstreamError } from '../../codec.ts';
import { redactText, type Confidential } from './redact.ts';

/** Why an attempt gave nothing to the client. */
export type FailedAttempt =
  | {
      kind: 'transport';
      transport: 'unreachable' | 'timeout' | 'cut';
      /** What the system said of the connection. */
      cause?: string | undefined;
    }
  /** The upstream said no, before the stream or as its first event. */
  | { kind: 'refused'; error: UpstreamError }
  /** An answer that is none: HTML, an empty stream, broken JSON. */
  | { kind: 'unreadable' }
  /** This channel has no such operation; nothing was sent. */
  | { kind: 'unsupported' };

export type FailureKind =
  /** The client's own mistake: no channel would serve it. */
  | 'client'
  /** The channel's key, account or balance. */
  | 'credentials'
  | 'rate-limited'
  /** The upstream does not know the model that the channel was set up with. */
  | 'model-missing'
  /** The upstream failed, and said so. */
  | 'upstream'
  | 'unreadable'
  | 'unreachable'
  | 'timeout'
  | 'unsupported';

/** What a failure means: for the next attempt, for the channel, and for the client. Safe to show. */
export interface FailureClass {
  kind: FailureKind;
  /** The upstream's status; 0 where there was none. */
  status: number;
  message: string;
  type: string;
  code: string;
  param: string | null;
  retryAfterMs?: number;
  /** What the system said of a connection: addresses are in it, so it is for operators only. */
  cause?: string;
  /** Another channel may serve the same request. */
  isRetryable: boolean;
  /** Counts against the channel's health. */
  isUpstreamDown: boolean;
  /** The channel will not work until somebody looks at it. */
  disablesChannel: boolean;
}

/** Judges a failed attempt. Pure; the caller acts on it. */
export function classifyFailure(
  failure: FailedAttempt,
  confidential: Confidential,
  dialect?: Dialect,
): FailureClass {
  switch (failure.kind) {
    case 'refused':
      return classifyRefusal(failure.error, confidential, dialect);
    case 'transport':
      return {
        ...(failure.transport === 'timeout'
          ? withoutAnswer('timeout', 'The upstream did not answer in time.')
          : withoutAnswer(
              'unreachable',
              `The connection to the upstream failed (${failure.transport}).`,
            )),
        ...(failure.cause !== undefined && { cause: failure.cause }),
      };
    case 'unreadable':
      return withoutAnswer('unreadable', 'The upstream answered something that is not an answer.');
    case 'unsupported':
      return {
        ...withoutAnswer('unsupported', 'The channel does not offer this operation.'),
        isUpstreamDown: false,
      };
  }
}

function withoutAnswer(kind: FailureKind, message: string): FailureClass {
  return {
    kind,
    status: 0,
    message,
    type: 'upstream_error',
    code: '',
    param: null,
    isRetryable: true,
    isUpstreamDown: true,
    disablesChannel: false,
  };
}

function classifyRefusal(
  error: UpstreamError,
  confidential: Confidential,
  dialect: Dialect | undefined,
): FailureClass {
  const disablesChannel = isAccountLost(error, dialect);
  const kind = kindOfRefusal(error, disablesChannel);
  // Who refuses words of the client with 403 does not mean that it may not ask.
  const isContent = kind === 'client' && error.status === 403;
  return {
    kind,
    status: isContent ? 400 : error.status,
    message: redactText(error.message, confidential),
    type: isContent ? 'invalid_request_error' : redactText(error.type, confidential),
    code: isContent ? contentCode(error) : redactText(error.code, confidential),
    param: error.param === null ? null : redactText(error.param, confidential),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    isRetryable: kind !== 'client',
    isUpstreamDown: kind === 'upstream',
    disablesChannel,
  };
}

function kindOfRefusal(error: UpstreamError, isLost: boolean): FailureKind {
  const { status } = error;
  if (isLost || status === 401 || status === 402) return 'credentials';
  if (status === 403) return isAboutContent(error) ? 'client' : 'credentials';
  if (status === 429) return 'rate-limited';
  if (status === 404 && isAboutModel(error)) return 'model-missing';
  // 498: Groq's flex tier is full. 3xx: a redirect, which only a wrong base URL gives.
  if (status >= 500 || status === 408 || status === 498 || status < 400) return 'upstream';
  return 'client';
}

const lostTypes: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'authentication_error',
  'permission_error',
  'forbidden',
]);

const lostCodes: ReadonlySet<string> = new Set([
  'invalid_api_key',
  'account_deactivated',
  'billing_not_active',
  'insufficient_quota',
]);

const lostPhrases: readonly string[] = [
  'your access was terminated',
  'violation of our policies',
  'your credit balance is too low',
  'organization has been disabled',
  'permission denied',
  'organization has been restricted',
  'api key not valid',
  'api key expired',
  'incorrect api key provided',
  '已欠费',
];

/** Words that a message may also quote from a client's prompt, so that they count only where money is the matter. */
const moneyWords: readonly string[] = ['credit', 'balance', 'arrears', 'overdue'];
const moneyStatuses: ReadonlySet<number> = new Set([401, 402, 403, 429]);

/** A prompt may be quoted in the message of these: what it says is not about the account. */
const promptStatuses: ReadonlySet<number> = new Set([404, 413, 422]);

function isAccountLost(error: UpstreamError, dialect: Dialect | undefined): boolean {
  const { status, type, code } = error;
  if (status === 401 || status === 402) return true;
  if (listsEither(dialect?.disablingCodes, error)) return true;
  if (listsEither(dialect?.passingCodes, error)) return false;
  if (isAboutContent(error)) return false;
  if (lostTypes.has(type) || lostCodes.has(code)) return true;
  const message = error.message.toLowerCase();
  if (!promptStatuses.has(status) && lostPhrases.some((phrase) => message.includes(phrase))) {
    return true;
  }
  return moneyStatuses.has(status) && moneyWords.some((word) => hasWord(message, word));
}

function listsEither(list: readonly string[] = [], { code, type }: UpstreamError): boolean {
  return list.includes(code) || list.includes(type);
}

/** As a word of its own (`load balancer` is none). */
function hasWord(message: string, word: string): boolean {
  return new RegExp(`\\b${word}s?\\b`).test(message);
}

/** Moderation: the words of the client were refused, not the channel. */
function isAboutContent({ type, code, message }: UpstreamError): boolean {
  const words = `${type} ${code}`.toLowerCase();
  if (/content_filter|content_policy|moderation|sensitive|censorship|unsafe/.test(words))
    return true;
  return /\b(?:moderation|flagged)\b/i.test(message);
}

/** Clients know two codes for it. */
function contentCode({ code }: UpstreamError): string {
  return /^content_(?:filter|policy_violation)$/.test(code) ? code : 'content_filter';
}

function isAboutModel({ type, code, message }: UpstreamError): boolean {
  const words = `${type} ${code}`.toLowerCase();
  if (/model|deployment|endpoint/.test(words)) return true;
  return /\b(?:model|deployment|endpoint)\b/i.test(message);
}
