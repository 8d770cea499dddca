import { madeHereMark, toHostedCallId } from '../../families/anthropic/made-here.ts';
import { defined } from '../../wire/defined.ts';
import { asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';
import { toImageBlock } from './converse-image.ts';

/** What a tool of Bedrock's own is called in messages, where there is the like. */
interface Kind {
  name: 'web_search' | 'code_execution';
  /** Its input, in Anthropic's words. */
  input: (input: JsonObject) => JsonObject;
}

const search: Kind = { name: 'web_search', input: (input) => input };
const code: Kind = {
  name: 'code_execution',
  input: ({ snippet, ...rest }) => (snippet === undefined ? rest : { ...rest, code: snippet }),
};

/** Nova's two tools: a call has the name, a result the name and `_result` as its type. */
function kindOf(name: unknown): Kind | undefined {
  const text = asText(name) ?? '';
  if (text.startsWith('nova_grounding')) return search;
  return text.startsWith('nova_code_interpreter') ? code : undefined;
}

/**
 * What Bedrock ran itself for one answer, as blocks of a message. They are marked as made here, because Anthropic has not
 * signed them.
 *
 * @see https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-tools.html
 */
export class ConverseSteps {
  readonly #kinds = new Map<unknown, Kind>();

  call({ toolUseId, name, input }: JsonObject): JsonObject {
    const kind = kindOf(name);
    const said = asObject(input) ?? {};
    if (kind !== undefined) this.#kinds.set(toolUseId, kind);
    return {
      type: 'server_tool_use',
      id: idOf(toolUseId),
      name: kind?.name ?? name,
      input: kind?.input(said) ?? said,
    };
  }

  /** The result, and the pictures that came with it. */
  result({ toolUseId, type, status, content }: JsonObject): JsonObject[] {
    const kind = this.#kinds.get(toolUseId) ?? kindOf(type);
    const pieces = asObjects(content);
    const isError = status === 'error';
    const pictures = pieces.flatMap((piece) => {
      const picture = asObject(piece['image']);
      return picture === undefined ? [] : [toImageBlock(picture)];
    });
    const made = kind === undefined ? undefined : forms[kind.name](pieces, isError);
    const told = made ?? { type: 'converse_tool_result', content: pieces };
    return [{ ...told, tool_use_id: idOf(toolUseId) }, ...pictures];
  }
}

function idOf(toolUseId: unknown): string {
  return toHostedCallId(asText(toolUseId) ?? '', 'srv');
}

type Form = (pieces: readonly JsonObject[], isError: boolean) => JsonObject | undefined;

const forms: Readonly<Record<Kind['name'], Form>> = { web_search: toPages, code_execution: toRun };

/** Undefined for words about what was found: messages have a place for pages only. */
function toPages(pieces: readonly JsonObject[], isError: boolean): JsonObject | undefined {
  const type = 'web_search_tool_result';
  if (isError)
    return { type, content: { type: 'web_search_tool_result_error', error_code: 'unavailable' } };
  const pages = pieces.flatMap((piece): JsonObject[] => {
    const found = asObject(piece['searchResult']);
    const url = asText(found?.['source']);
    if (url === undefined || !/^https?:/.test(url)) return [];
    const title = asText(found?.['title']) ?? url;
    return [
      { type: 'web_search_result', url, title, encrypted_content: madeHereMark, page_age: null },
    ];
  });
  const hasWords = pieces.some(({ text }) => asText(text) !== undefined);
  return pages.length === 0 && hasWords ? undefined : { type, content: pages };
}

function toRun(pieces: readonly JsonObject[], isError: boolean): JsonObject {
  const words = pieces.flatMap(({ text }) => asText(text) ?? []).join('\n');
  const run = pieces.map(({ json }) => asObject(json)).find((one) => one !== undefined) ?? {};
  const failed = isError || run['isError'] === true;
  return {
    type: 'code_execution_tool_result',
    content: defined({
      type: 'code_execution_result',
      stdout: asText(run['stdOut']) ?? words,
      stderr: asText(run['stdErr']) ?? '',
      return_code: typeof run['exitCode'] === 'number' ? run['exitCode'] : Number(failed),
      content: [],
    }),
  };
}
