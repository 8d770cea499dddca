import { describe, expect, it } from '@jest/globals';
import { joinUrl } from './join-url.ts';

describe('joinUrl', () => {
  it.each([
    [
      'https://api.example.com',
      '/v1/chat/completions',
      'https://api.example.com/v1/chat/completions',
    ],
    ['https://api.example.com/', '/v1/embeddings', 'https://api.example.com/v1/embeddings'],
    ['https://api.example.com/v1', '/v1/embeddings', 'https://api.example.com/v1/embeddings'],
    ['https://api.example.com/v1//', '/v1/embeddings', 'https://api.example.com/v1/embeddings'],
    ['https://h.example/openai/v1', '/v1/responses', 'https://h.example/openai/v1/responses'],
    ['https://h.example/api/v3', '/api/v3/embeddings', 'https://h.example/api/v3/embeddings'],
    ['https://h.example/v1/embeddings', '/v1/embeddings', 'https://h.example/v1/embeddings'],
    // No segment is shared here, though characters are.
    ['https://h.example/xv1', '/v1/embeddings', 'https://h.example/xv1/v1/embeddings'],
    ['http://v1', '/v1/embeddings', 'http://v1/v1/embeddings'],
    ['http://127.0.0.1:9000', '/v1/edits', 'http://127.0.0.1:9000/v1/edits'],
  ])('joins %s and %s', (base, path, expected) => {
    expect(joinUrl(base, path)).toBe(expected);
  });
});
