import {
  encodeChatAnswer,
  encodeCompletion,
  planTextAnswer,
  scriptChatStream,
  scriptCompletionStream,
  type TextAnswer,
} from './simulator-chat.ts';
import {
  answerEdit,
  answerEmbeddings,
  answerImages,
  answerModels,
  answerModerations,
  answerSpeech,
  answerTranscription,
  type WholeAnswer,
} from './simulator-media.ts';
import type { SimulatedUsage } from './simulator-record.ts';
import type { SimulatorInput } from './simulator-request.ts';
import { encodeResponse, scriptResponseStream } from './simulator-responses.ts';
import type { StreamScript } from './simulator-stream.ts';

export type SimulatedAnswer =
  | { kind: 'whole'; answer: WholeAnswer }
  | { kind: 'stream'; script: StreamScript; usage: SimulatedUsage };

/** Models of the list; every other name is answered as well. */
export const simulatedModels = [
  'dall-e-3',
  'gpt-3.5-turbo',
  'gpt-3.5-turbo-instruct',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4o-transcribe',
  'gpt-image-1',
  'o4-mini',
  'omni-moderation-latest',
  'text-davinci-edit-001',
  'text-embedding-3-small',
  'tts-1',
  'whisper-1',
] as const;

/** Answers one request, or undefined for a path that OpenAI does not have either. */
export function answerSimulated(input: SimulatorInput): SimulatedAnswer | undefined {
  if (input.method === 'GET') {
    if (input.path !== '/models') return undefined;
    return { kind: 'whole', answer: answerModels(simulatedModels) };
  }
  switch (input.path) {
    case '/chat/completions':
      return answerText(input, encodeChatAnswer, scriptChatStream);
    case '/completions':
      return answerText(input, encodeCompletion, scriptCompletionStream);
    case '/responses':
      return answerText(input, encodeResponse, scriptResponseStream);
    default: {
      const answer = answerMedia(input);
      return answer && { kind: 'whole', answer };
    }
  }
}

function answerText(
  input: SimulatorInput,
  encode: (input: SimulatorInput, answer: TextAnswer) => object,
  script: (input: SimulatorInput, answer: TextAnswer) => StreamScript,
): SimulatedAnswer {
  const answer = planTextAnswer(input);
  if (input.body['stream'] === true) {
    return { kind: 'stream', script: script(input, answer), usage: answer.usage };
  }
  const usage = input.behaviour.usage === 'none' ? null : answer.usage;
  const body = encode(input, answer);
  return { kind: 'whole', answer: { contentType: 'application/json', body, usage } };
}

function answerMedia(input: SimulatorInput): WholeAnswer | undefined {
  switch (input.path) {
    case '/embeddings':
      return answerEmbeddings(input);
    case '/moderations':
      return answerModerations(input);
    case '/edits':
      return answerEdit(input);
    case '/images/generations':
    case '/images/edits':
    case '/images/variations':
      return answerImages(input);
    case '/audio/speech':
      return answerSpeech(input);
    case '/audio/transcriptions':
    case '/audio/translations':
      return answerTranscription(input);
    default:
      return undefined;
  }
}
