import type { UpstreamError } from '@turnpike/core';

/** What a decoder reports where the transport ended before the answer did. */
export const truncatedStream: UpstreamError = {
  status: 502,
  message: 'The upstream ended its stream in the middle of the answer.',
  type: 'upstream_error',
  code: 'upstream_stream_truncated',
  param: null,
  isUnreadable: false,
};
