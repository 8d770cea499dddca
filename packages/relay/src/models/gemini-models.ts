const DEFAULT_PAGE = 50;
const MAX_PAGE = 1000;

/** A page of models in Google's form: `pageSize`, `pageToken`. */
export function listGeminiModels(models: readonly string[], query: URLSearchParams): object {
  const start = readPageToken(query.get('pageToken'));
  const end = start + readPageSize(query.get('pageSize'));
  return {
    models: models.slice(start, end).map(toGeminiModel),
    ...(end < models.length && { nextPageToken: Buffer.from(String(end)).toString('base64url') }),
  };
}

/** One model in Google's form. */
export function toGeminiModel(model: string): object {
  const isEmbedding = /embed/i.test(model);
  return {
    name: `models/${model}`,
    version: '001',
    displayName: model,
    supportedGenerationMethods: isEmbedding
      ? ['embedContent', 'batchEmbedContents']
      : ['generateContent', 'streamGenerateContent', 'countTokens'],
  };
}

function readPageToken(token: string | null): number {
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString('latin1'));
  return Number.isInteger(start) && start >= 0 ? start : 0;
}

function readPageSize(text: string | null): number {
  const size = Number(text ?? DEFAULT_PAGE);
  return Number.isInteger(size) && size >= 1 ? Math.min(size, MAX_PAGE) : DEFAULT_PAGE;
}
