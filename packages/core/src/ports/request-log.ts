/** A refused or failed request, written as a log row when the option `LogErrorEnabled` is on. */
export interface FailedRequest {
  requestId: string;
  at: number;
  userId: number;
  username: string;
  apiTokenName: string;
  channelId: number;
  model: string;
  /** Error code and message as the client got them. */
  code: string;
  status: number;
  message: string;
  durationMs: number;
  isStream: boolean;
}

export interface FailedRequestLog {
  /** Buffered and written in the background; never throws, never holds up an answer. */
  record(request: FailedRequest): void;
  close(): Promise<void>;
}
