import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Operation } from '@turnpike/core';
import { repairKey } from './vertex-credentials.ts';
import { vertexAi } from './vertex-ai.ts';

interface Asked {
  model: string;
  operation?: Operation;
  isStream?: boolean;
  baseUrl?: string;
  config?: Record<string, unknown>;
  key?: string;
}

function urlOf({ model, operation = 'generate-content', ...rest }: Asked): string | undefined {
  return vertexAi.url({
    baseUrl: '',
    operation,
    path: '',
    search: '?key=K',
    model,
    isStream: false,
    config: { vertex_ai_project_id: 'p1', region: 'us-central1' },
    ...rest,
  });
}

const inRegion = (region: string) => ({ vertex_ai_project_id: 'p1', region });
const central =
  'https://us-central1-aiplatform.googleapis.com/v1/projects/p1/locations/us-central1';

describe('addresses of Vertex AI', () => {
  it.each<[Asked, string]>([
    [
      { model: 'gemini-2.0-flash-001' },
      `${central}/publishers/google/models/gemini-2.0-flash-001:generateContent`,
    ],
    [
      { model: 'gemini-2.5-pro', isStream: true, config: inRegion('global') },
      'https://aiplatform.googleapis.com/v1/projects/p1/locations/global/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    ],
    [
      {
        model: 'claude-3-5-sonnet-20241022',
        operation: 'messages',
        isStream: true,
        config: inRegion('us-east5'),
      },
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p1/locations/us-east5/publishers/anthropic/models/claude-3-5-sonnet-v2@20241022:streamRawPredict',
    ],
    [
      { model: 'claude-opus-4-6', operation: 'messages', config: inRegion('eu') },
      'https://aiplatform.eu.rep.googleapis.com/v1/projects/p1/locations/eu/publishers/anthropic/models/claude-opus-4-6:rawPredict',
    ],
    [
      { model: 'claude-haiku-4-5-20251001', operation: 'count-message-tokens' },
      `${central}/publishers/anthropic/models/count-tokens:rawPredict`,
    ],
    [
      { model: 'meta/llama-3.3-70b-instruct-maas', operation: 'chat' },
      `${central}/endpoints/openapi/chat/completions`,
    ],
    [
      { model: 'mistral-large-2411', operation: 'chat', isStream: true },
      `${central}/publishers/mistralai/models/mistral-large-2411:streamRawPredict`,
    ],
    [{ model: 'endpoints/123' }, `${central}/endpoints/123:generateContent`],
    [
      { model: 'text-embedding-005', operation: 'embeddings' },
      `${central}/publishers/google/models/text-embedding-005:predict`,
    ],
    [
      { model: 'gemini-2.5-pro', baseUrl: 'https://proxy.example/', config: inRegion('global') },
      'https://proxy.example/v1/projects/p1/locations/global/publishers/google/models/gemini-2.5-pro:generateContent',
    ],
    [
      { model: 'gemini-2.5-flash', config: {}, key: 'AIzaKey' },
      'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash:generateContent',
    ],
    [
      { model: 'gemini-2.5-flash', config: {}, key: 'us-west1|p2|{"client_email":"a"}' },
      'https://us-west1-aiplatform.googleapis.com/v1/projects/p2/locations/us-west1/publishers/google/models/gemini-2.5-flash:generateContent',
    ],
    [
      { model: 'gemini-2.5-flash', config: {}, key: '{"project_id":"p3"}' },
      'https://aiplatform.googleapis.com/v1/projects/p3/locations/global/publishers/google/models/gemini-2.5-flash:generateContent',
    ],
  ])('of %j', (asked, expected) => {
    expect(urlOf(asked)).toBe(expected);
  });

  it('takes the region of a model where regions are given by model', () => {
    const region = '{"default":"us-central1","claude-3-opus-20240229":"us-east5"}';
    const config = { ...inRegion(region) };

    expect(urlOf({ model: 'claude-3-opus-20240229', operation: 'messages', config })).toContain(
      '/locations/us-east5/publishers/anthropic/models/claude-3-opus@20240229:',
    );
    expect(urlOf({ model: 'gemini-2.5-pro', config })).toContain('/locations/us-central1/');
  });

  it.each<Asked>([
    { model: 'claude-opus-4-6' },
    { model: 'claude-opus-4-6', operation: 'messages', config: {}, key: 'AIzaKey' },
    { model: 'gemini-2.5-pro', operation: 'messages' },
    { model: 'gemini-2.5-pro', operation: 'chat' },
    { model: 'gemini-embedding-001', operation: 'batch-embed-contents' },
    { model: 'gemini-2.5-pro', config: {} },
  ])('has none for %j', (asked) => {
    expect(urlOf(asked)).toBeUndefined();
  });
});

describe('credentials of Vertex AI', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const keyFile = {
    type: 'service_account',
    client_email: 'sa@p1.iam.gserviceaccount.com',
    private_key: privateKey,
    private_key_id: 'k1',
    project_id: 'p1',
  };
  const now = 1_767_225_600_000;

  it('signs a token request for itself, with the claims that Google wants', () => {
    const call = vertexAi.credentialCall!('', { vertex_ai_adc: JSON.stringify(keyFile) }, now)!;
    const form = new URLSearchParams(call.body);
    const [header, claims, signature] = form.get('assertion')!.split('.');
    const read = (part: string): unknown =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;

    expect(call).toMatchObject({
      method: 'POST',
      url: 'https://oauth2.googleapis.com/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(read(header!)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(read(claims!)).toEqual({
      iss: 'sa@p1.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://oauth2.googleapis.com/token',
      iat: 1_767_225_600,
      exp: 1_767_229_200,
    });
    const signed = createVerify('RSA-SHA256').update(`${header!}.${claims!}`);
    expect(signed.verify(publicKey, signature!, 'base64url')).toBe(true);
    expect(call.cacheKey).not.toContain('PRIVATE');
  });

  it('reads the token and how long it lives', () => {
    const call = vertexAi.credentialCall!(JSON.stringify(keyFile), {}, now)!;

    expect(call.read({ access_token: 'ya29.x', expires_in: 3599 }, now)).toEqual({
      credential: 'ya29.x',
      expiresAt: now + 3_599_000,
    });
    expect(call.read({ error: 'invalid_grant' }, now)).toBeUndefined();
  });

  it('refreshes the credentials of a user', () => {
    const file = {
      type: 'authorized_user',
      client_id: 'c',
      client_secret: 's',
      refresh_token: 'r',
    };
    const call = vertexAi.credentialCall!(`global|p1|${JSON.stringify(file)}`, {}, now)!;

    expect(Object.fromEntries(new URLSearchParams(call.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'c',
      client_secret: 's',
      refresh_token: 'r',
    });
  });

  it.each([
    ['with written-out line feeds', privateKey.replaceAll('\n', '\\n')],
    ['with carriage returns', privateKey.replaceAll('\n', '\r\n')],
    ['on one line', privateKey.replaceAll('\n', ' ')],
  ])('repairs a key that was pasted %s', (_title, pasted) => {
    expect(repairKey(pasted)).toBe(privateKey);
  });

  it('has no call for a key that is none, and for API keys', () => {
    const broken = JSON.stringify({ ...keyFile, private_key: 'nonsense' });

    expect(vertexAi.credentialCall!(broken, {}, now)).toBeUndefined();
    expect(vertexAi.credentialCall!('AIzaKey', {}, now)).toBeUndefined();
    expect(vertexAi.authorize('AIzaKey', {})).toEqual({ 'x-goog-api-key': 'AIzaKey' });
    expect(vertexAi.authorize('ya29.x', {})).toEqual({ authorization: 'Bearer ya29.x' });
  });
});

describe('dialects of Vertex AI', () => {
  it('names the version to Claude instead of the model', () => {
    expect(vertexAi.dialectFor!({ operation: 'messages', config: {} })).toMatchObject({
      deleteMembers: ['model'],
      defaultMembers: [{ key: 'anthropic_version', json: '"vertex-2023-10-16"' }],
    });
  });
});
