/** What a client may be told about an error besides its code. */
export interface ErrorDetails {
  /** The request field that is wrong. */
  param?: string;
  /** How long to wait before it makes sense to try again. */
  retryAfterMs?: number;
  /** Seconds and such that a message mentions; safe to show. */
  [name: string]: unknown;
}

/** The one error class. Made only through the catalogue; everything else that is thrown is a bug. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: string;
  readonly status: number;
  /** `error.type` on the OpenAI doors. */
  readonly type: string;
  /** Whether the same request may succeed later: `x-should-retry`. */
  readonly retryable: boolean;
  readonly details: ErrorDetails;
  /** Chinese text for `Accept-Language: zh…`. */
  readonly messageZh: string;

  constructor(
    fields: {
      code: string;
      status: number;
      type: string;
      retryable: boolean;
      message: string;
      messageZh: string;
      details: ErrorDetails;
    },
    options?: ErrorOptions,
  ) {
    super(fields.message, options);
    this.code = fields.code;
    this.status = fields.status;
    this.type = fields.type;
    this.retryable = fields.retryable;
    this.details = fields.details;
    this.messageZh = fields.messageZh;
  }
}

/** Told by its name: an error from another module realm is not `instanceof`. */
export function isGatewayError(error: unknown): error is GatewayError {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'GatewayError'
  );
}
