interface Delta {
  content?: string | unknown[] | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: { index?: number; id?: string; function: { name: string; arguments?: string } }[];
}

interface Chunk {
  id: string;
  created: number;
  model: string;
  choices: {
    delta?: Delta;
    finish_reason?: string | null;
    logprobs?: { content: unknown[] } | null;
  }[];
  usage?: Record<string, number> | null;
  service_tier?: string | null;
  system_fingerprint?: string | null;
  citations?: unknown;
  search_results?: unknown;
}

interface Call {
  id: string | undefined;
  function: { name: string; arguments: string };
}

/** The whole answer that recorded chunks are pieces of, put together without regard to any oddity of a vendor. */
export function joinChunks(lines: string): Record<string, unknown> {
  const chunks = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Chunk);
  const first = chunks.find(({ choices, id }) => choices.length > 0 || id !== '');
  const content: unknown[] = [];
  const thoughts: string[] = [];
  const calls: Call[] = [];
  const logprobs: unknown[] = [];
  let finish: unknown = null;
  for (const [choice] of chunks.map(({ choices }) => choices)) {
    const { delta = {} } = choice ?? {};
    // Every form of content is a list of parts.
    if (typeof delta.content === 'string') content.push({ type: 'text', text: delta.content });
    else content.push(...(delta.content ?? []));
    thoughts.push(delta.reasoning_content ?? delta.reasoning ?? '');
    for (const { index, id, function: called } of delta.tool_calls ?? []) {
      const place = index ?? calls.length;
      const call = calls[place] ?? { id, function: { name: called.name, arguments: '' } };
      call.function.arguments += called.arguments ?? '';
      calls[place] = call;
    }
    finish = choice?.finish_reason ?? finish;
    logprobs.push(...(choice?.logprobs?.content ?? []));
  }
  const last = (key: Exclude<keyof Chunk, 'choices'>): unknown =>
    chunks.findLast((chunk) => chunk[key] !== undefined && chunk[key] !== null)?.[key];
  return {
    id: first?.id,
    created: first?.created,
    model: first?.model,
    choices: [
      {
        index: 0,
        message: {
          content,
          reasoning_content: thoughts.join(''),
          ...(calls.length > 0 && { tool_calls: Object.values(calls) }),
        },
        finish_reason: finish,
        ...(logprobs.length > 0 && { logprobs: { content: logprobs } }),
      },
    ],
    usage: last('usage'),
    service_tier: last('service_tier'),
    system_fingerprint: last('system_fingerprint'),
    citations: last('citations'),
    search_results: last('search_results'),
  };
}
