import { describe, expect, it } from '@jest/globals';
import { isRelayUrl, matchRoute } from './relay-routes.ts';

describe('matchRoute', () => {
  it.each([
    ['/v1/chat/completions', 'chat', '/v1/chat/completions'],
    ['/v1/chat/completions?x=1', 'chat', '/v1/chat/completions'],
    ['/v1/chat/completions/', 'chat', '/v1/chat/completions'],
    ['//v1//chat/completions', 'chat', '/v1/chat/completions'],
    ['/chat/completions', 'chat', '/v1/chat/completions'],
    ['/openai/v1/embeddings', 'embeddings', '/v1/embeddings'],
    ['/v1/audio/transcriptions', 'transcription', '/v1/audio/transcriptions'],
    ['/v1/images/edits', 'image-edit', '/v1/images/edits'],
    ['/v1/responses', 'responses', '/v1/responses'],
  ])('relays POST %s', (url, operation, path) => {
    expect(matchRoute('POST', url)).toMatchObject({ kind: 'operation', operation, path });
    expect(isRelayUrl(url)).toBe(true);
  });

  it('takes the model of an old embeddings path from the path', () => {
    expect(matchRoute('POST', '/v1/engines/text%2Fada/embeddings')).toMatchObject({
      operation: 'embeddings',
      path: '/v1/embeddings',
      pathModel: 'text/ada',
    });
  });

  it.each([
    ['GET', '/v1/models', 'list-models'],
    ['HEAD', '/v1/models', 'list-models'],
    ['GET', '/v1/models/vendor/model', 'retrieve-model'],
    ['DELETE', '/v1/models/gpt-4o', 'not-implemented'],
    ['GET', '/v1/files', 'not-implemented'],
    ['GET', '/v1/files/f1/content', 'not-implemented'],
    ['POST', '/v1/fine_tuning/jobs/j/cancel', 'not-implemented'],
    ['GET', '/v1/threads/t/runs/r/steps', 'not-implemented'],
    ['GET', '/v1/responses/resp_1', 'not-implemented'],
    ['GET', '/v1/chat/completions', 'wrong-method'],
    ['PATCH', '/v1/files', 'wrong-method'],
    ['POST', '/v1/models', 'wrong-method'],
    ['GET', '/v1/nonsense', 'unknown'],
    ['GET', '/v1', 'unknown'],
  ])('%s %s is %s', (method, url, kind) => {
    expect(matchRoute(method, url).kind).toBe(kind);
  });
});

describe('isRelayUrl', () => {
  it.each([
    '/',
    '/api/status',
    '/v1beta/models',
    '/v1/dashboard/billing/usage',
    '/healthz',
    '/chat',
  ])('leaves %s to the app', (url) => {
    expect(isRelayUrl(url)).toBe(false);
  });

  it.each(['/v1', '/v1/x', '/v1?x', '//v1/models'])('takes %s', (url) => {
    expect(isRelayUrl(url)).toBe(true);
  });
});
