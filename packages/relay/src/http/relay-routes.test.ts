import { describe, expect, it } from '@jest/globals';
import { isRelayUrl, matchRoute } from './relay-routes.ts';

describe('matchRoute', () => {
  it.each([
    ['GET', '/v1/responses/resp_1?include[]=x', 'retrieve'],
    ['DELETE', '/v1/responses/resp_1', 'delete'],
    ['POST', '/v1/responses/resp_1/cancel', 'cancel'],
    ['GET', '/v1/responses/resp_1/input_items', 'list-input'],
    ['GET', '/responses/resp_1', 'retrieve'],
    ['GET', '/openai/v1/responses/resp_1', 'retrieve'],
  ])('finds what %s %s asks of an answer', (method, url, action) => {
    expect(matchRoute(method, url)).toMatchObject({
      kind: 'stored-response',
      id: 'resp_1',
      action,
    });
    expect(isRelayUrl(url)).toBe(true);
  });

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
    ['/v1/messages?beta=true', 'messages', '/v1/messages'],
    ['/anthropic/v1/messages', 'messages', '/v1/messages'],
    ['/messages', 'messages', '/v1/messages'],
    ['/v1/messages/count_tokens', 'count-message-tokens', '/v1/messages/count_tokens'],
    ['/v1beta/openai/chat/completions', 'chat', '/v1/chat/completions'],
  ])('relays POST %s', (url, operation, path) => {
    expect(matchRoute('POST', url)).toMatchObject({ kind: 'operation', operation, path });
    expect(isRelayUrl(url)).toBe(true);
  });

  it.each([
    ['/v1beta/models/gemini-x:generateContent', 'generate-content', 'gemini-x', false],
    ['/v1/models/gemini-x:generateContent', 'generate-content', 'gemini-x', false],
    ['/gemini/v1/models/a%2Fb:streamGenerateContent?alt=sse', 'generate-content', 'a/b', true],
    ['/v1alpha/models/tuned/x:1:countTokens', 'count-content-tokens', 'tuned/x:1', false],
    ['/v1beta/models/e:batchEmbedContents', 'batch-embed-contents', 'e', false],
  ])('relays POST %s for the clients of Google', (url, operation, pathModel, isStream) => {
    const door = 'gemini';
    expect(matchRoute('POST', url)).toMatchObject({ door, operation, pathModel, isStream });
    expect(isRelayUrl(url)).toBe(true);
  });

  it.each(['/v1beta/interactions', '/v1/interactions', '/gemini/v1beta/interactions?x=1'])(
    'relays POST %s: there the body names the model',
    (url) => {
      expect(matchRoute('POST', url)).toMatchObject({ door: 'gemini', operation: 'interaction' });
      expect(matchRoute('POST', url)).not.toHaveProperty('pathModel');
      expect(isRelayUrl(url)).toBe(true);
    },
  );

  it.each([
    ['GET', '/v1beta/interactions', 'wrong-method', 'gemini'],
    ['GET', '/v1beta/interactions/v1_x', 'stored-interaction', 'gemini'],
    ['DELETE', '/gemini/v1beta/interactions/v1_x', 'stored-interaction', 'gemini'],
    ['POST', '/v1/interactions/v1_x/cancel', 'stored-interaction', 'gemini'],
    ['GET', '/v1beta/interactions/v1_x/cancel', 'wrong-method', 'gemini'],
    ['PATCH', '/v1beta/interactions/v1_x', 'wrong-method', 'gemini'],
    ['POST', '/v1beta/models/m:bidiGenerateContent', 'not-implemented', 'gemini'],
    ['GET', '/v1beta/models', 'list-models', 'gemini'],
    ['GET', '/gemini/v1/models', 'list-models', 'gemini'],
    ['GET', '/v1beta/models/vendor/model', 'retrieve-model', 'gemini'],
    ['GET', '/anthropic/v1/models', 'list-models', 'anthropic'],
    ['GET', '/v1/models', 'list-models', undefined],
    ['GET', '/v1beta/nonsense', 'unknown', 'gemini'],
    ['GET', '/v1/messages/x', 'unknown', 'anthropic'],
    ['GET', '/anthropic/v1/x', 'unknown', 'anthropic'],
    ['GET', '/v1/models/ft:gpt-4o:mine', 'retrieve-model', undefined],
  ])('%s %s is %s of the door %s', (method, url, kind, door) => {
    expect(matchRoute(method, url)).toMatchObject({ kind });
    expect(matchRoute(method, url).door).toBe(door);
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
    ['GET', '/v1/files', 'account-resource'],
    ['PUT', '/v1/oneapi/proxy/7/v1//embeddings/?x=1', 'proxied'],
    ['GET', '/v1/oneapi/proxy/7', 'proxied'],
    ['GET', '/v1/oneapi/proxy/', 'unknown'],
    ['GET', '/v1/files/f1/content', 'account-resource'],
    ['POST', '/v1/fine_tuning/jobs/j/cancel', 'account-resource'],
    ['GET', '/v1/threads/t/runs/r/steps', 'account-resource'],
    ['POST', '/v1/responses/compact', 'operation'],
    ['POST', '/responses/input_tokens', 'operation'],
    ['POST', '/v1/conversations', 'account-resource'],
    ['GET', '/v1/conversations/conv_1/items', 'account-resource'],
    ['PATCH', '/v1/responses/resp_1', 'wrong-method'],
    ['GET', '/v1/responses/resp_1/cancel', 'wrong-method'],
    ['GET', '/v1/chat/completions', 'wrong-method'],
    ['PATCH', '/v1/files', 'wrong-method'],
    ['POST', '/v1/models', 'wrong-method'],
    ['GET', '/v1/nonsense', 'unknown'],
    ['GET', '/v1', 'unknown'],
    ['HEAD', '/v1', 'greeting'],
    ['HEAD', '/v1/messages', 'greeting'],
    ['GET', '/v1/engines', 'list-models'],
    ['GET', '/v1/engines/ada', 'retrieve-model'],
    ['POST', '/v1/messages/batches', 'not-implemented'],
    ['POST', '/v1/complete', 'not-implemented'],
    ['POST', '/v1beta/cachedContents', 'not-implemented'],
    ['POST', '/v1beta/models/imagen:predict', 'not-implemented'],
    ['GET', '/v1beta/models/m:generateContent', 'wrong-method'],
  ])('%s %s is %s', (method, url, kind) => {
    expect(matchRoute(method, url).kind).toBe(kind);
  });
});

describe('isRelayUrl', () => {
  it.each([
    '/',
    '/api/status',
    '/v1betamax/models',
    '/anthropic',
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
