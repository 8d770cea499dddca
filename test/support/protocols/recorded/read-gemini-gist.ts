import { list, number, object, text, withoutBlanks, type Gist, type Json } from './gist.ts';

export function readGeminiGist(frames: readonly Json[]): Gist {
  let words = '';
  let thoughts = '';
  const calls: { name: string; input: unknown }[] = [];
  let usage: Gist['usage'];
  for (const frame of frames) {
    const content = object(list(frame['candidates'])[0]?.['content']);
    for (const part of list(content['parts'])) {
      if (part['thought'] === true) thoughts += text(part['text']);
      else words += text(part['text']);
      const call = object(part['functionCall']);
      if ('name' in call) calls.push({ name: text(call['name']), input: call['args'] ?? {} });
      for (const piece of list(call['partialArgs'])) addPiece(calls.at(-1)?.input, piece);
    }
    const counted = object(frame['usageMetadata']);
    if ('promptTokenCount' in counted)
      usage = {
        input: number(counted['promptTokenCount']) + number(counted['toolUsePromptTokenCount']),
        cached: number(counted['cachedContentTokenCount']),
        output: number(counted['candidatesTokenCount']) + number(counted['thoughtsTokenCount']),
      };
  }
  return { text: words, thoughts: withoutBlanks(thoughts), calls, usage, fails: false };
}

/** Vertex AI sends arguments value by value, texts piece by piece: `$.steps[0].name`. */
function addPiece(input: unknown, piece: Json): void {
  const steps = [...text(piece['jsonPath']).matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(
    ([, name, index]) => name ?? Number(index),
  );
  let place = input as Record<string | number, unknown>;
  steps.forEach((step, at) => {
    const next = steps[at + 1];
    if (next === undefined) place[step] = valueOf(piece, place[step]);
    else place = (place[step] ??= typeof next === 'number' ? [] : {}) as typeof place;
  });
}

function valueOf(piece: Json, before: unknown): unknown {
  if ('stringValue' in piece) return text(before) + text(piece['stringValue']);
  return piece['numberValue'] ?? piece['boolValue'] ?? null;
}
