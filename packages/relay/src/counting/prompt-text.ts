/** Tokens that the chat format itself costs: for each message, and once for the answer. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_FOR_ANSWER = 3;
/** A picture whose size is not known, in high detail: one tile and the base. */
const TOKENS_PER_IMAGE = 255;

/** What of a request has to be counted: texts, and tokens that are known without counting. */
export interface PromptText {
  texts: readonly string[];
  fixedTokens: number;
}

/** Reads the countable text of a JSON request of any operation. Never throws: what it does not know counts nothing. */
export function readPromptText(body: unknown): PromptText {
  const texts: string[] = [];
  let fixedTokens = 0;
  if (isObject(body)) {
    if (Array.isArray(body['messages'])) {
      fixedTokens += TOKENS_FOR_ANSWER;
      for (const message of body['messages'] as unknown[]) {
        fixedTokens += TOKENS_PER_MESSAGE;
        fixedTokens += collectMessage(message, texts);
      }
    }
    for (const key of ['prompt', 'input', 'instruction', 'instructions'] as const)
      fixedTokens += collect(body[key], texts);
    for (const key of ['tools', 'functions', 'response_format'] as const) {
      if (body[key] !== undefined) texts.push(JSON.stringify(body[key]));
    }
  }
  return { texts, fixedTokens };
}

function collectMessage(message: unknown, texts: string[]): number {
  if (!isObject(message)) return 0;
  if (typeof message['role'] === 'string') texts.push(message['role']);
  if (typeof message['name'] === 'string') texts.push(message['name']);
  if (message['tool_calls'] !== undefined) texts.push(JSON.stringify(message['tool_calls']));
  return collect(message['content'], texts) + collect(message['reasoning_content'], texts);
}

/** Text, lists of text or of token ids, and content parts. */
function collect(value: unknown, texts: string[]): number {
  if (typeof value === 'string') {
    texts.push(value);
    return 0;
  }
  if (typeof value === 'number') return 1; // one token id
  if (Array.isArray(value))
    return (value as unknown[]).reduce<number>((sum, item) => sum + collect(item, texts), 0);
  if (!isObject(value)) return 0;
  const type = value['type'];
  if (type === 'image_url' || type === 'input_image') return TOKENS_PER_IMAGE;
  return collect(value['text'], texts) + collect(value['content'], texts);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
