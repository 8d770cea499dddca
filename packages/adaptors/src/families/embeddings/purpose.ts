/** What vectors are for: Cohere's word and Google's. */
const purposes: readonly (readonly [cohere: string, google: string])[] = [
  ['search_query', 'RETRIEVAL_QUERY'],
  ['search_document', 'RETRIEVAL_DOCUMENT'],
  ['classification', 'CLASSIFICATION'],
  ['clustering', 'CLUSTERING'],
];

/** Voyage and Jina call them otherwise. */
const synonyms: Readonly<Record<string, string>> = {
  query: 'search_query',
  document: 'search_document',
  'retrieval.query': 'search_query',
  'retrieval.passage': 'search_document',
};

/** A word of Google's stays. */
export function toGooglePurpose(purpose: string): string {
  const word = synonyms[purpose] ?? purpose;
  return purposes.find(([cohere]) => cohere === word)?.[1] ?? word.toUpperCase();
}

/** A word of Cohere's stays. */
export function toCoherePurpose(purpose: string): string {
  const word = synonyms[purpose] ?? purpose;
  return purposes.find(([, google]) => google === word)?.[0] ?? word.toLowerCase();
}
