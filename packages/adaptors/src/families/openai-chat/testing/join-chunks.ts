type Chunk = Record<string, any>;

/** The whole answer that recorded chunks are pieces of, put together without regard to any oddity of a vendor. */
export function joinChunks(lines: string): Record<string, unknown> {
  const chunks = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Chunk);
  const first = chunks.find(({ choices, id }) => choices.length > 0 || id !== '')!;
  const message: Chunk = {};
  const calls: Chunk[] = [];
  let finish: unknown = null;
  let logprobs: Chunk | undefined;
  for (const { choices } of chunks) {
    const [choice] = choices as Chunk[];
    if (choice === undefined) continue;
    const { delta = {} } = choice;
    for (const key of ['reasoning_content', 'reasoning'])
      if (typeof delta[key] === 'string') message[key] = `${message[key] ?? ''}${delta[key]}`;
    // Every form of content is a list of parts.
    if (typeof delta.content === 'string')
      (message['content'] ??= []).push({ type: 'text', text: delta.content });
    else if (Array.isArray(delta.content)) (message['content'] ??= []).push(...delta.content);
    for (const { index, id, function: called } of delta.tool_calls ?? []) {
      const call = (calls[index ?? calls.length] ??= {
        id,
        function: { name: called.name, arguments: '' },
      });
      call['function'].arguments += called.arguments ?? '';
    }
    finish = choice['finish_reason'] ?? finish;
    if (choice['logprobs'])
      logprobs = { content: [...(logprobs?.['content'] ?? []), ...choice['logprobs'].content] };
  }
  const last = (key: string): unknown =>
    chunks.findLast((chunk) => chunk[key] !== undefined && chunk[key] !== null)?.[key];
  return {
    id: first['id'],
    created: first['created'],
    model: first['model'],
    choices: [
      {
        index: 0,
        message: { ...message, ...(calls.length > 0 && { tool_calls: calls.filter(Boolean) }) },
        finish_reason: finish,
        ...(logprobs !== undefined && { logprobs }),
      },
    ],
    usage: last('usage'),
    service_tier: last('service_tier'),
    system_fingerprint: last('system_fingerprint'),
  };
}
