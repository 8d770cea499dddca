import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses whatever is worth it for clients that accept it, also small answers, as One API does, and also what is
 * written bit by bit. Event streams stay as they are: a compressor would hold their events back.
 */
export function compressAnswers(): RequestHandler {
  return compression({
    threshold: 0,
    filter(request, response) {
      const type = String(response.getHeader('content-type') ?? '');
      return !type.startsWith('text/event-stream') && compression.filter(request, response);
    },
  });
}
