import type { Operation } from '@turnpike/core';
import type { RelayRoute } from './route.ts';
import { matchStoredInteraction } from './stored-response-routes.ts';

/** What may be done with a model: the verb behind the last colon of the path. */
const verbs: Readonly<Record<string, { operation: Operation; isStream?: boolean }>> = {
  generateContent: { operation: 'generate-content' },
  streamGenerateContent: { operation: 'generate-content', isStream: true },
  countTokens: { operation: 'count-content-tokens' },
  embedContent: { operation: 'embed-content' },
  batchEmbedContents: { operation: 'batch-embed-contents' },
};

/** Routes of Google's that are not relayed. */
const notImplemented =
  /^\/v1(?:beta|alpha)\/(?:cachedContents|files|batches|fileSearchStores|tunedModels|corpora)(?:\/.*)?$/;

/** Google's other way to hold a conversation. */
const interactions = /^\/v1(?:beta|alpha)?\/interactions$/;

/**
 * Finds a route of the Gemini door.
 *
 * @param path without `/gemini` in front
 * @returns undefined where the path is none of this door's
 */
export function matchGemini(method: string, path: string): RelayRoute | undefined {
  const found = /^\/(v1|v1beta|v1alpha)\/models(?:\/(.+))?$/.exec(path);
  if (found === null && interactions.test(path))
    return method === 'POST'
      ? { kind: 'operation', door: 'gemini', operation: 'interaction', path, body: 'json' }
      : { kind: 'wrong-method', door: 'gemini', allowed: 'POST' };
  const stored = matchStoredInteraction(method, path);
  if (stored !== undefined) return stored;
  if (found === null)
    return notImplemented.test(path) ? { kind: 'not-implemented', door: 'gemini' } : undefined;
  const [, version, rest] = found;
  const colon = rest?.lastIndexOf(':') ?? -1;
  const verb = rest === undefined || colon === -1 ? undefined : rest.slice(colon + 1);
  // `/v1/models` is OpenAI's too, and names of models may have colons: only a known verb makes it Gemini's.
  if (version === 'v1' && !isVerb(verb)) return undefined;
  if (rest === undefined) return listing(method, { kind: 'list-models', door: 'gemini' });
  if (verb === undefined)
    return listing(method, { kind: 'retrieve-model', door: 'gemini', model: decode(rest) });
  if (!isVerb(verb)) return { kind: 'not-implemented', door: 'gemini' };
  if (method !== 'POST') return { kind: 'wrong-method', door: 'gemini', allowed: 'POST' };
  const known = verbs[verb];
  if (known === undefined) return { kind: 'not-implemented', door: 'gemini' };
  return {
    kind: 'operation',
    door: 'gemini',
    operation: known.operation,
    path,
    body: 'json',
    pathModel: decode(rest.slice(0, colon)),
    isStream: known.isStream ?? false,
  };
}

/** Verbs that Google has and we do not are told from colons in names of models. */
const foreignVerbs: ReadonlySet<string> = new Set([
  'predict',
  'predictLongRunning',
  'bidiGenerateContent',
  'batchGenerateContent',
  'asyncBatchEmbedContent',
  'generateAnswer',
]);

function isVerb(verb: string | undefined): verb is string {
  return verb !== undefined && (Object.hasOwn(verbs, verb) || foreignVerbs.has(verb));
}

function listing(method: string, route: RelayRoute): RelayRoute {
  return method === 'GET' || method === 'HEAD'
    ? route
    : { kind: 'wrong-method', door: 'gemini', allowed: 'GET' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is part of the name then
  }
}
