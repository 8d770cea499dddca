import type { LossList } from '../../translate/loss-list.ts';
import { defined } from '../../wire/defined.ts';
import { asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';
import type { DocumentNames } from './document-names.ts';

export interface MediaContext {
  documents: DocumentNames;
  losses: LossList;
  /** Where the blocks are, for the losses. */
  at: string;
}

const pictureFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'gif', 'webp']);

/** A picture: its bytes, because there are no addresses here. One by its address was counted where that was noted. */
export function toPicture(source: JsonObject | undefined, context: MediaContext): JsonObject[] {
  if (source?.['type'] === 'url') return [];
  const format = asText(source?.['media_type'])?.toLowerCase().replace('image/', '');
  const bytes = asText(source?.['data']);
  const known = format === 'jpg' ? 'jpeg' : (format ?? '');
  if (bytes !== undefined && pictureFormats.has(known))
    return [{ image: { format: known, source: { bytes } } }];
  return lose(context, 'image', bytes === undefined ? storedElsewhere : 'pictures of its type');
}

const storedElsewhere = 'a file that another account stores';

const officeFormats: Readonly<Record<string, string>> = {
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

/** Documents that Anthropic's own API does not take. */
export const officeTypes: ReadonlySet<string> = new Set(Object.keys(officeFormats));

const documentFormats: Readonly<Record<string, string>> = {
  ...officeFormats,
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
};

export function toDocument(block: JsonObject, context: MediaContext): JsonObject[] {
  const source = asObject(block['source']);
  const made = toBytes(source, context);
  if (made === undefined) return [];
  return [
    {
      document: defined({
        format: made.format,
        name: context.documents.next(asText(block['title'])),
        source: { bytes: made.bytes },
        context: asText(block['context']),
        citations: asObject(block['citations']),
      }),
    },
  ];
}

function toBytes(
  source: JsonObject | undefined,
  context: MediaContext,
): { format: string; bytes: string } | undefined {
  const data = asText(source?.['data']);
  switch (source?.['type']) {
    case 'url':
      return undefined;
    case 'text':
      return data === undefined ? undefined : { format: 'txt', bytes: toBase64(data) };
    case 'content':
      return { format: 'txt', bytes: toBase64(wordsOf(source['content'], context)) };
    case 'base64': {
      const format = documentFormats[asText(source['media_type']) ?? 'application/pdf'];
      if (data !== undefined && format !== undefined) return { format, bytes: data };
      lose(context, 'document', 'documents of its type');
      return undefined;
    }
    default:
      lose(context, 'document', storedElsewhere);
      return undefined;
  }
}

/** What a client found itself is a document with its title here; where it was found is told beside it. */
export function toFoundDocument(block: JsonObject, context: MediaContext): JsonObject[] {
  const words = wordsOf(block['content'], context);
  if (words.trim() === '') return [];
  context.losses.add(
    'info',
    'approximated',
    `${context.at}.search_result`,
    'a search result is a document here',
  );
  return [
    {
      document: defined({
        format: 'txt',
        name: context.documents.next(asText(block['title'])),
        source: { bytes: toBase64(words) },
        context: asText(block['source']),
        citations: asObject(block['citations']),
      }),
    },
  ];
}

/** Blocks within a document: its words, for there are no pictures in one here. */
function wordsOf(content: unknown, context: MediaContext): string {
  if (typeof content === 'string') return content;
  const blocks = asObjects(content);
  if (blocks.some(({ type }) => type !== 'text'))
    lose(context, 'document', 'pictures within a document');
  return blocks.flatMap(({ text }) => asText(text) ?? []).join('\n');
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function lose({ losses, at }: MediaContext, kind: string, what: string): [] {
  losses.add('fatal', 'dropped', `${at}.${kind}`, `${what} cannot be had here`);
  return [];
}
