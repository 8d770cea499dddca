/** What every chunk begins with. */
export const head = {
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1_790_000_000,
  model: 'm',
};
export const chunk = (delta: object | null, more: object = {}, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
  ...rest,
});
export const end = (reason: string, rest: object = {}): object =>
  chunk({}, { finish_reason: reason }, rest);
export const usage = (prompt: number, completion: number, more: object = {}): object => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
});
/** A chunk of figures alone. */
export const figures = (prompt: number, completion: number, more: object = {}): object => ({
  ...head,
  choices: [],
  usage: usage(prompt, completion, more),
});
export const call = (
  index: number | undefined,
  id: string,
  name: string,
  args: string,
): object => ({
  ...(index !== undefined && { index }),
  id,
  type: 'function',
  function: { name, arguments: args },
});
