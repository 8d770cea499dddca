import type { RequestHandler } from 'express';

/** What is asked for is not there, in the form that relays use too. It may be there tomorrow, so nobody keeps the answer. */
export const refuseUnknownRoute: RequestHandler = (request, response) => {
  const path = request.originalUrl.split('?', 1)[0] ?? '';
  response.status(404).json({
    error: {
      message: `Invalid URL (${request.method} ${path})`,
      type: 'invalid_request_error',
      param: '',
      code: '',
    },
  });
};
