import { describe, expect, it } from '@jest/globals';
import type { UpstreamTarget } from '../codec.ts';
import { azure } from './azure.ts';

const base = 'https://res1.openai.azure.com';

function urlOf(changes: Partial<UpstreamTarget>): string | undefined {
  return azure.url({
    baseUrl: base,
    operation: 'chat',
    path: '/v1/chat/completions',
    search: '?foo=1',
    model: 'gpt-3.5-turbo',
    isStream: false,
    config: { api_version: '2024-10-21' },
    ...changes,
  });
}

describe('Azure under a dated version', () => {
  it('calls the deployment, without dots in its name and without the query of the client', () => {
    expect(urlOf({})).toBe(
      `${base}/openai/deployments/gpt-35-turbo/chat/completions?api-version=2024-10-21`,
    );
  });

  it('keeps dots where the channel says so', () => {
    const config = { api_version: '2024-10-21', keep_deployment_dots: true };
    expect(urlOf({ config, model: 'gpt-4.1' })).toBe(
      `${base}/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21`,
    );
  });

  it('keeps dots in names of deployments for pictures', () => {
    const changes = { path: '/v1/images/generations', model: 'gpt-image-1.5' };
    expect(urlOf({ ...changes, operation: 'image-generation' })).toBe(
      `${base}/openai/deployments/gpt-image-1.5/images/generations?api-version=2024-10-21`,
    );
  });

  it.each([{}, { api_version: '' }, { api_version: ' ' }])(
    'has a default version for %j',
    (config) => {
      expect(urlOf({ config })).toMatch(/\?api-version=2024-10-21$/);
    },
  );

  it('names the model of a response in the body only', () => {
    expect(urlOf({ operation: 'responses', path: '/v1/responses' })).toBe(
      `${base}/openai/responses?api-version=2024-10-21`,
    );
  });

  it('lets no name lead to another path', () => {
    expect(urlOf({ model: '../../x?y' })).toBe(
      `${base}/openai/deployments/%2F%2Fx%3Fy/chat/completions?api-version=2024-10-21`,
    );
  });

  it.each(['edits', 'moderations', 'image-variation'] as const)('has no %s', (operation) => {
    expect(urlOf({ operation, path: '/v1/x' })).toBeUndefined();
  });

  it('goes through a Cloudflare gateway', () => {
    const baseUrl = 'https://gateway.ai.cloudflare.com/v1/acc/gw/azure-openai/res1';
    expect(urlOf({ baseUrl })).toBe(
      `${baseUrl}/gpt-35-turbo/chat/completions?api-version=2024-10-21`,
    );
  });
});

describe('Azure under v1', () => {
  it.each(['v1', 'preview'])('is called without a deployment for version %s', (version) => {
    expect(urlOf({ config: { api_version: version } })).toBe(`${base}/openai/v1/chat/completions`);
  });

  it.each([`${base}/openai/v1`, `${base}/openai/v1/`])('is told by the base %s', (baseUrl) => {
    expect(urlOf({ baseUrl })).toBe(`${base}/openai/v1/chat/completions`);
  });

  it('has moderations', () => {
    const config = { api_version: 'v1' };
    expect(urlOf({ operation: 'moderations', path: '/v1/moderations', config })).toBe(
      `${base}/openai/v1/moderations`,
    );
  });
});

describe('streams of Azure', () => {
  it.each([
    ['2024-03-01-preview', 'never', ['stream_options']],
    ['2024-08-01-preview', 'never', ['stream_options']],
    ['2024-09-01-preview', 'on-request', undefined],
    ['2024-10-21', 'on-request', undefined],
    ['v1', 'on-request', undefined],
    ['', 'on-request', undefined],
  ])('are asked for usage only where version %s answers that', (version, streamUsage, removed) => {
    const config = { api_version: version };
    const dialect = azure.dialectFor!({ operation: 'chat', config });
    expect(dialect.streamUsage).toBe(streamUsage);
    expect(dialect.deleteMembers).toEqual(removed);
    expect(dialect.dropEmptyChoices).toBe(true);
  });
});
