import type { Operation } from '@turnpike/core';

const methods: Readonly<Partial<Record<Operation, string>>> = {
  'count-content-tokens': 'countTokens',
  'embed-content': 'embedContent',
  'batch-embed-contents': 'batchEmbedContents',
};

/**
 * What follows the model in an address of Google's: `:generateContent` … Streams are always asked for as server-sent
 * events, whatever form the client gets. Undefined for operations that Google has no method for.
 */
export function geminiMethodOf(operation: Operation, isStream: boolean): string | undefined {
  if (operation === 'generate-content')
    return isStream ? ':streamGenerateContent?alt=sse' : ':generateContent';
  const method = methods[operation];
  return method === undefined ? undefined : `:${method}`;
}

/** A model's name in a path: slashes are part of many, nothing else of it may change the address. */
export function pathOfModel(model: string): string {
  return model
    .split('/')
    .map((step) => encodeURIComponent(step).replaceAll('%40', '@'))
    .join('/');
}
