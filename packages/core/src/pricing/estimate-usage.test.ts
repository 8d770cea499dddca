import { describe, expect, it } from '@jest/globals';
import { estimateUsage, type RequestSize } from './estimate-usage.ts';

describe('estimateUsage', () => {
  it.each<[string, RequestSize, number, number]>([
    ['text: three bytes a token', { textBytes: 3000 }, 1000, 1024],
    ['the declared limit', { textBytes: 0, declaredOutputTokens: 50 }, 0, 50],
    ['every answer asked for', { textBytes: 0, declaredOutputTokens: 50, choices: 4 }, 0, 200],
    [
      'no more output than the model has',
      { textBytes: 0, declaredOutputTokens: 9e9, contextWindow: 8192 },
      0,
      8192,
    ],
    ['pictures', { textBytes: 0, images: 2 }, 2200, 1024],
    ['audio', { textBytes: 0, audioBytes: 16_000 }, 10, 1024],
    ['documents', { textBytes: 0, documentBytes: 50_000 }, 2500, 1024],
    ['what is named but not sent', { textBytes: 0, remoteInputs: 2 }, 3000, 1024],
  ])('soft: %s', (_, size, inputTokens, outputTokens) => {
    expect(estimateUsage(size, 'soft')).toEqual({ inputTokens, outputTokens });
  });

  it.each<[string, RequestSize, number, number]>([
    ['a token for every byte', { textBytes: 3000 }, 3000, 1024],
    ['no more input than the model takes', { textBytes: 30_000, contextWindow: 8192 }, 8192, 1024],
    ['pictures at their most', { textBytes: 0, images: 1 }, 5000, 1024],
    [
      'pictures of a model that counts them thirtyfold',
      { textBytes: 0, images: 1, model: 'gpt-4o-mini' },
      48_169,
      1024,
    ],
    [
      'the whole window for what nobody has seen',
      { textBytes: 9, remoteInputs: 1, contextWindow: 128_000 },
      128_000,
      1024,
    ],
    [
      'the whole window for documents',
      { textBytes: 9, documentBytes: 10, contextWindow: 128_000 },
      128_000,
      1024,
    ],
    ['streams step by step', { textBytes: 0, declaredOutputTokens: 9000, isStream: true }, 0, 1024],
    ['other answers whole', { textBytes: 0, declaredOutputTokens: 9000 }, 0, 9000],
  ])('hard: %s', (_, size, inputTokens, outputTokens) => {
    expect(estimateUsage(size, 'hard')).toEqual({ inputTokens, outputTokens });
  });
});
