import { asArray, asObject, parseJson, type JsonObject } from '../../wire/json-object.ts';

/** Looked for first: quotes inside words are escaped, so that only a call's arguments stand so. */
const objectArguments = [Buffer.from('"arguments":{'), Buffer.from('"arguments": {')];

/**
 * A whole chat answer such that OpenAI's own clients can read its calls: they want arguments as text, where some servers
 * give the object itself.
 *
 * @returns the very bytes where there is nothing to do
 */
export function repairChatAnswer(body: Buffer): Buffer {
  if (!objectArguments.some((mark) => body.includes(mark))) return body;
  const answer = asObject(parseJson(body.toString('utf8')));
  if (answer === undefined || !Array.isArray(answer['choices'])) return body;
  const choices = asArray(answer['choices']).map((value) => {
    const choice = asObject(value);
    const message = asObject(choice?.['message']);
    const calls = message?.['tool_calls'];
    if (!Array.isArray(calls)) return value;
    return { ...choice, message: { ...message, tool_calls: calls.map(withText) } };
  });
  return Buffer.from(JSON.stringify({ ...answer, choices }));
}

function withText(value: unknown): unknown {
  const call = asObject(value);
  const called = asObject(call?.['function']);
  const given = asObject(called?.['arguments']);
  if (call === undefined || given === undefined) return value;
  const repaired: JsonObject = { ...called, arguments: JSON.stringify(given) };
  return { ...call, function: repaired };
}
