import type { UpstreamError } from '@turnpike/core';

/** A failure that its upstream says nothing about. */
export const unknownFailure: UpstreamError = {
  status: 500,
  message: 'The upstream failed.',
  type: 'upstream_error',
  code: '',
  param: null,
  isUnreadable: false,
};
