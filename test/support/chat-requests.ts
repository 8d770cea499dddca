/** What the simulated provider is to do, as an extra body member; typed so that it fits into any SDK call. */
export function simulate(behaviour: Record<string, string | number | boolean>): object {
  return { x_sim: behaviour };
}

/** The smallest chat. */
export const hello = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'Say something short' }],
};

/** Posts JSON with a key, without any SDK in between. */
export function postJson(
  url: string,
  key: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
