/** What a client asks for. Each relay route has one; a provider says at which path it offers it. */
export const operations = [
  'chat',
  'completions',
  'edits',
  'embeddings',
  'moderations',
  'image-generation',
  'image-edit',
  'image-variation',
  'speech',
  'transcription',
  'translation',
  'responses',
] as const;

export type Operation = (typeof operations)[number];
