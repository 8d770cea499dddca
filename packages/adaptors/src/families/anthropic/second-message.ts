import type { UpstreamError } from '@turnpike/core';

/** What is reported where an upstream begins a second message in one answer: SDKs would fail on it, or lose text. */
export const secondMessage: UpstreamError = {
  status: 502,
  message: 'The upstream began a second message in one answer.',
  type: 'upstream_error',
  code: 'bad_upstream_response',
  param: null,
  isUnreadable: false,
};
