/** What a failed upstream answer says. Nothing in it is safe to show before it was redacted. */
export interface UpstreamError {
  status: number;
  message: string;
  type: string;
  /** Always text; empty when the upstream gave none. */
  code: string;
  param: string | null;
  /** From `retry-after-ms` or `retry-after`. */
  retryAfterMs?: number;
  /** The body was no JSON object that carries an error. */
  isUnreadable: boolean;
}
